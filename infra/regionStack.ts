import * as pulumi from "@pulumi/pulumi";

import { domainNames } from "../components/domainNames";
import { Region } from "../components/region";
import type { RegionConfig } from "./config";
import type { RegionOutputs } from "./stackOutputs";
import { storefrontTable } from "./storefrontTable";
import { regionNames, type Topology } from "./topology";

/** Stack outputs before they are known. */
type Pending<T> = { readonly [K in keyof T]: pulumi.Input<T[K]> };

/** Registers a region stack's resources; returns its outputs. */
export function deployRegion(config: RegionConfig, topology: Topology): Pending<RegionOutputs> {
    const region = new Region("meridian", {
        ...config,
        regions: regionNames(topology),
        quorum: topology.quorum,
        tableName: storefrontTable.tableName,
        tableIndexes: storefrontTable.indexes.map(({ name }) => name),
    });
    return {
        schemaVersion: 1,
        region: config.region,
        loadBalancerArn: region.loadBalancer.arn,
        loadBalancerDnsName: region.loadBalancer.dnsName,
        loadBalancerZoneId: region.loadBalancer.zoneId,
        originName: domainNames(config.domain).origin(config.region),
        votesBucket: region.votes.bucketName,
        votesHost: region.votes.host,
        votes: region.votes.votes,
        tableKeyArn: region.keys.dataKeyArn,
        eventStream: region.events.streamName,
        mediaBucket: region.buckets.mediaBucket,
        ordersBucket: region.buckets.ordersBucket,
        bucketKeyArn: region.keys.dataKeyArn,
        databaseSubnetGroup: region.database.subnetGroupName,
        databaseSecurityGroupId: region.database.securityGroupId,
        databaseParameterGroup: region.database.parameterGroupName,
        databaseKeyArn: region.keys.dataKeyArn,
        cacheSubnetGroup: region.cache.subnetGroupName,
        cacheSecurityGroupId: region.cache.securityGroupId,
        cacheUserGroup: region.cache.userGroupId,
        cacheLogGroup: region.cache.logGroupName,
        cacheKeyArn: region.keys.dataKeyArn,
        receiptKeysKeyArn: region.keys.dataKeyArn,
        receiptKeyRotatorArn: region.receiptKeyRotator.functionArn,
        conflictDetector: region.conflictDetector.functionName,
        conflictDeadLetterArn: region.conflictDetector.deadLetterArn,
        serviceRoleName: region.service.taskRoleName,
        failoverTopicArn: region.automation.failoverTopicArn,
        recoveryTopicArn: region.automation.recoveryTopicArn,
        alarmTopicArn: region.alarmTopicArn,
        decisionsTable: region.automation.decisionsTableName,
        userFacingAlarms: pulumi.all([...region.alarms.userFacing]),
        observerAlarms: pulumi.output({ ...region.observer.alarmNames }),
        minimumTasks: config.minimumTasks,
        maximumTasks: config.maximumTasks,
    } satisfies Pending<RegionOutputs>;
}
