import { roleType } from "./iam/role";
import { rolePolicyAttachmentType } from "./iam/rolePolicyAttachment";
import { rolePolicyType } from "./iam/rolePolicy";
import type { ResourceType } from "./resourceType";

export const iamTypes: readonly ResourceType[] = [
    roleType,
    rolePolicyType,
    rolePolicyAttachmentType,
];
