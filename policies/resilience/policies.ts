import type { Policies } from "@pulumi/policy";

import { serviceMinimum } from "./rules/capacity/serviceMinimum";
import { tableCapacity } from "./rules/capacity/tableCapacity";
import { bucketKey } from "./rules/encryption/bucketKey";
import { cacheTls } from "./rules/encryption/cacheTls";
import { distributionTls } from "./rules/encryption/distributionTls";
import { keyPolicy } from "./rules/encryption/keyPolicy";
import { keyRotation } from "./rules/encryption/keyRotation";
import { loadBalancerTls } from "./rules/encryption/loadBalancerTls";
import { logGroupKey } from "./rules/encryption/logGroupKey";
import { messagingKey } from "./rules/encryption/messagingKey";
import { objectKey } from "./rules/encryption/objectKey";
import { secretReplicaKey } from "./rules/encryption/secretReplicaKey";
import { secretRotation } from "./rules/encryption/secretRotation";
import { storageKey } from "./rules/encryption/storageKey";
import { tableKey } from "./rules/encryption/tableKey";
import { calculatedCheck } from "./rules/health/calculatedCheck";
import { endpointCheck } from "./rules/health/endpointCheck";
import { cacheFailover } from "./rules/recovery/cacheFailover";
import { acceleratorFlowLogs } from "./rules/logging/acceleratorFlowLogs";
import { tableRecovery } from "./rules/recovery/tableRecovery";
import { defaultGeolocation } from "./rules/routing/defaultGeolocation";
import { followsHealth } from "./rules/routing/followsHealth";
import { ttl } from "./rules/routing/ttl";

/** Every rule of the pack. Apart from the pack itself, which starts a server when it is made. */
export const policies: Policies = [
    bucketKey,
    cacheTls,
    distributionTls,
    keyPolicy,
    keyRotation,
    loadBalancerTls,
    logGroupKey,
    messagingKey,
    objectKey,
    secretReplicaKey,
    secretRotation,
    storageKey,
    tableKey,
    calculatedCheck,
    endpointCheck,
    serviceMinimum,
    tableCapacity,
    cacheFailover,
    acceleratorFlowLogs,
    tableRecovery,
    defaultGeolocation,
    followsHealth,
    ttl,
];
