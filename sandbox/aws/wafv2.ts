import type { ResourceType } from "./resourceType";
import { associationType } from "./wafv2/association";
import { loggingConfigurationType } from "./wafv2/loggingConfiguration";
import { webAclType } from "./wafv2/webAcl";

export const wafv2Types: readonly ResourceType[] = [
    webAclType,
    associationType,
    loggingConfigurationType,
];
