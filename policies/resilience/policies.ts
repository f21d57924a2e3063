import type { Policies } from "@pulumi/policy";

import { bucketPublicAccess } from "./rules/access/bucketPublicAccess";
import { cacheDefaultUser } from "./rules/access/cacheDefaultUser";
import { databasePrivate } from "./rules/access/databasePrivate";
import { databaseSignIn } from "./rules/access/databaseSignIn";
import { distributionFirewall } from "./rules/access/distributionFirewall";
import { loadBalancerDesync } from "./rules/access/loadBalancerDesync";
import { loadBalancerFirewall } from "./rules/access/loadBalancerFirewall";
import { loadBalancerHeaders } from "./rules/access/loadBalancerHeaders";
import { longLivedKeys } from "./rules/access/longLivedKeys";
import { permissions } from "./rules/access/permissions";
import { securityGroups } from "./rules/access/securityGroups";
import { servicePrincipals } from "./rules/access/servicePrincipals";
import { functionConcurrency } from "./rules/capacity/functionConcurrency";
import { regionLoss } from "./rules/capacity/regionLoss";
import { serviceMinimum } from "./rules/capacity/serviceMinimum";
import { tableCapacity } from "./rules/capacity/tableCapacity";
import { bucketKey } from "./rules/encryption/bucketKey";
import { bucketTls } from "./rules/encryption/bucketTls";
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
import { alarmActions } from "./rules/health/alarmActions";
import { alarmMissingData } from "./rules/health/alarmMissingData";
import { calculatedCheck } from "./rules/health/calculatedCheck";
import { calculatedChildren } from "./rules/health/calculatedChildren";
import { endpointCheck } from "./rules/health/endpointCheck";
import { followedAlarm } from "./rules/health/followedAlarm";
import { targetGroupCheck } from "./rules/health/targetGroupCheck";
import { acceleratorFlowLogs } from "./rules/logging/acceleratorFlowLogs";
import { databaseLogs } from "./rules/logging/databaseLogs";
import { distributionLogs } from "./rules/logging/distributionLogs";
import { firewallLogs } from "./rules/logging/firewallLogs";
import { flowLogs } from "./rules/logging/flowLogs";
import { loadBalancerLogs } from "./rules/logging/loadBalancerLogs";
import { logRetention } from "./rules/logging/logRetention";
import { zoneQueries } from "./rules/logging/zoneQueries";
import { functionRuntime } from "./rules/patching/functionRuntime";
import { bucketMesh } from "./rules/recovery/bucketMesh";
import { alarmRegion } from "./rules/planes/alarmRegion";
import { checkedEndpoint } from "./rules/planes/checkedEndpoint";
import { bucketReplication } from "./rules/recovery/bucketReplication";
import { bucketVersioning } from "./rules/recovery/bucketVersioning";
import { cacheBackup } from "./rules/recovery/cacheBackup";
import { cacheFailover } from "./rules/recovery/cacheFailover";
import { databaseBackups } from "./rules/recovery/databaseBackups";
import { databaseProtection } from "./rules/recovery/databaseProtection";
import { databaseZones } from "./rules/recovery/databaseZones";
import { distributionFailover } from "./rules/recovery/distributionFailover";
import { functionDeadLetters } from "./rules/recovery/functionDeadLetters";
import { loadBalancerProtection } from "./rules/recovery/loadBalancerProtection";
import { loadBalancerZones } from "./rules/recovery/loadBalancerZones";
import { serviceZones } from "./rules/recovery/serviceZones";
import { streamRetention } from "./rules/recovery/streamRetention";
import { serviceSpan } from "./rules/recovery/serviceSpan";
import { tableBackup } from "./rules/recovery/tableBackup";
import { tableProtection } from "./rules/recovery/tableProtection";
import { tableRecovery } from "./rules/recovery/tableRecovery";
import { tableStream } from "./rules/recovery/tableStream";
import { aliasTargets } from "./rules/routing/aliasTargets";
import { defaultGeolocation } from "./rules/routing/defaultGeolocation";
import { evacuatedRegions } from "./rules/routing/evacuatedRegions";
import { failoverPair } from "./rules/routing/failoverPair";
import { followsHealth } from "./rules/routing/followsHealth";
import { onePolicy } from "./rules/routing/onePolicy";
import { reachable } from "./rules/routing/reachable";
import { residency } from "./rules/routing/residency";
import { ttl } from "./rules/routing/ttl";
import { uniqueRecords } from "./rules/routing/uniqueRecords";
import { zoneSigned } from "./rules/routing/zoneSigned";
import { bucket } from "./rules/votes/bucket";
import { otherRegions } from "./rules/votes/otherRegions";
import { owner } from "./rules/votes/owner";
import { pairs } from "./rules/votes/pairs";
import { quorum } from "./rules/votes/quorum";
import { selfTest } from "./rules/votes/selfTest";

/** Every rule of the pack. Apart from the pack itself, which starts a server when it is made. */
export const policies: Policies = [
    bucketPublicAccess,
    cacheDefaultUser,
    databasePrivate,
    databaseSignIn,
    distributionFirewall,
    loadBalancerDesync,
    loadBalancerFirewall,
    loadBalancerHeaders,
    longLivedKeys,
    permissions,
    securityGroups,
    servicePrincipals,
    functionConcurrency,
    regionLoss,
    serviceMinimum,
    tableCapacity,
    bucketKey,
    bucketTls,
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
    alarmActions,
    alarmMissingData,
    calculatedCheck,
    calculatedChildren,
    endpointCheck,
    followedAlarm,
    targetGroupCheck,
    acceleratorFlowLogs,
    databaseLogs,
    distributionLogs,
    firewallLogs,
    flowLogs,
    loadBalancerLogs,
    logRetention,
    zoneQueries,
    functionRuntime,
    bucketMesh,
    alarmRegion,
    checkedEndpoint,
    bucketReplication,
    bucketVersioning,
    cacheBackup,
    cacheFailover,
    databaseBackups,
    databaseProtection,
    databaseZones,
    distributionFailover,
    functionDeadLetters,
    loadBalancerProtection,
    loadBalancerZones,
    serviceZones,
    streamRetention,
    serviceSpan,
    tableBackup,
    tableProtection,
    tableRecovery,
    tableStream,
    aliasTargets,
    defaultGeolocation,
    evacuatedRegions,
    failoverPair,
    followsHealth,
    onePolicy,
    reachable,
    residency,
    ttl,
    uniqueRecords,
    zoneSigned,
    bucket,
    owner,
    pairs,
    quorum,
    selfTest,
    otherRegions,
];
