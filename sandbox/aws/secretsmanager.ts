import type { ResourceType } from "./resourceType";
import { secret } from "./secretsmanager/secret";
import { secretPolicy } from "./secretsmanager/secretPolicy";
import { secretRotation } from "./secretsmanager/secretRotation";
import { secretVersion } from "./secretsmanager/secretVersion";

export const secretsmanagerTypes: readonly ResourceType[] = [
    secret,
    secretPolicy,
    secretRotation,
    secretVersion,
];
