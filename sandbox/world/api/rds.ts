import { AwsError } from "../../aws/awsError";
import {
    arnOf,
    clusterType,
    findGlobalCluster,
    globalClusterType,
    isSecondary,
    membersOf,
    writerOf,
} from "../../aws/rds/members";
import { text } from "../../aws/support/known";
import type { Databases } from "../databases/databases";
import type { StoredResource } from "../store";
import type { World } from "../world";
import { escapeXml, notImplemented, xmlResponse } from "./errors";
import type { ApiHandler, ApiRequest, ApiResponse } from "./handler";
import { actionOf, formOf } from "./server";

const namespace = 'xmlns="http://rds.amazonaws.com/doc/2014-10-31/"';

/** RDS's API over the world's databases: what changes and tells the roles of a global cluster. */
export class RdsApi implements ApiHandler {
    readonly service = "rds";
    readonly protocol = "query";

    constructor(
        private readonly world: World,
        private readonly databases: Databases,
    ) {}

    async handle(request: ApiRequest): Promise<ApiResponse> {
        const action = actionOf(request);
        // What the account has takes a moment to run.
        await this.databases.joined();
        const result = this.#run(action, formOf(request), request.region);
        return xmlResponse(
            `<${action}Response ${namespace}><${action}Result>${result}</${action}Result></${action}Response>`,
        );
    }

    #run(action: string, form: URLSearchParams, region: string): string {
        const globalId = form.get("GlobalClusterIdentifier") ?? "";
        const target = form.get("TargetDbClusterIdentifier") ?? "";
        switch (action) {
            case "DescribeGlobalClusters":
                return this.#describeAll(globalId);
            case "DescribeDBClusters":
                return this.#describeClusters(form.get("DBClusterIdentifier") ?? "", region);
            case "ModifyDBCluster":
                return this.#modify(form, region);
            case "SwitchoverGlobalCluster":
                this.#switchover(globalId, target, region);
                return this.#describe(this.#global(globalId));
            case "FailoverGlobalCluster":
                this.#failover(form, globalId, target, region);
                return this.#describe(this.#global(globalId));
            default:
                throw notImplemented("rds", action);
        }
    }

    /**
     * In the region of the primary: the one whose writes are to be sent and then stopped.
     *
     * @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-disaster-recovery.html#aurora-global-database-disaster-recovery.managed-failover
     */
    #switchover(globalId: string, target: string, region: string): void {
        const primary = writerOf(this.world.store, globalId);
        if (primary !== undefined && primary.region !== region) {
            throw new AwsError(
                "InvalidGlobalClusterStateFault",
                `A switchover of ${globalId} must be called in ${primary.region}, the Region of its primary cluster, got ${region}`,
            );
        }
        this.databases.switchover(globalId, target);
    }

    /**
     * In the region of the secondary that is to be the primary; without loss it is a switchover.
     *
     * @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-disaster-recovery.html#aurora-global-database-failover.managed-unplanned
     */
    #failover(form: URLSearchParams, globalId: string, target: string, region: string): void {
        const lossy = form.get("AllowDataLoss") === "true";
        if (form.has("AllowDataLoss") && form.has("Switchover")) {
            throw new AwsError(
                "InvalidParameterCombination",
                "AllowDataLoss and Switchover can't be specified together",
            );
        }
        if (!lossy) {
            this.#switchover(globalId, target, region);
            return;
        }
        const chosen = membersOf(this.world.store, globalId).find((one) => arnOf(one) === target);
        if (chosen !== undefined && chosen.region !== region) {
            throw new AwsError(
                "InvalidGlobalClusterStateFault",
                `A failover of ${globalId} to ${target} must be called in ${chosen.region}, the Region of that cluster, got ${region}`,
            );
        }
        this.databases.failover(globalId, target);
    }

    /** Of what can be changed, the master user's way of signing in is all that the data plane has. */
    #modify(form: URLSearchParams, region: string): string {
        const id = form.get("DBClusterIdentifier") ?? "";
        const cluster = this.#cluster(id, region);
        const type = form.get("MasterUserAuthenticationType");
        const known = [
            "Action",
            "ApplyImmediately",
            "DBClusterIdentifier",
            "MasterUserAuthenticationType",
            "Version",
        ];
        const other = [...form.keys()].find((key) => !known.includes(key));
        if (other !== undefined || type === null) {
            throw notImplemented("rds", `ModifyDBCluster with ${other ?? "nothing"}`);
        }
        if (
            cluster.outputs["iamDatabaseAuthenticationEnabled"] !== true &&
            type === "iam-db-auth"
        ) {
            throw new AwsError(
                "InvalidParameterCombination",
                "IAM database authentication must be enabled for the master user to use it",
            );
        }
        if (isSecondary(cluster.outputs)) {
            throw new AwsError(
                "InvalidParameterCombination",
                `${id} is a secondary cluster: its users are the primary's`,
            );
        }
        this.world.store.put({
            ...cluster,
            outputs: { ...cluster.outputs, masterUserAuthenticationType: type },
        });
        return describeCluster(cluster);
    }

    #describeClusters(id: string, region: string): string {
        const found =
            id === "" ? this.world.store.list(clusterType, region) : [this.#cluster(id, region)];
        return `<DBClusters>${found.map(describeCluster).join("")}</DBClusters>`;
    }

    #cluster(id: string, region: string): StoredResource {
        const cluster = this.world.store
            .list(clusterType, region)
            .find((each) => each.id === id || arnOf(each) === id);
        if (cluster === undefined) {
            throw new AwsError("DBClusterNotFoundFault", `DBCluster ${id} not found.`, 404);
        }
        return cluster;
    }

    #global(id: string): StoredResource {
        const global = findGlobalCluster(this.world.store, id);
        if (global === undefined) {
            throw new AwsError("GlobalClusterNotFoundFault", `Global cluster ${id} not found`, 404);
        }
        return global;
    }

    #describeAll(id: string): string {
        const found = id === "" ? this.world.store.list(globalClusterType) : [this.#global(id)];
        return `<GlobalClusters>${found
            .map((global) =>
                this.#describe(global).replace(
                    /^<GlobalCluster>(.*)<\/GlobalCluster>$/s,
                    "<GlobalClusterMember>$1</GlobalClusterMember>",
                ),
            )
            .join("")}</GlobalClusters>`;
    }

    #describe(global: StoredResource): string {
        const change = this.databases.roleChange(global.id);
        const members = membersOf(this.world.store, global.id);
        const readers = members.filter(({ outputs }) => isSecondary(outputs));
        return element("GlobalCluster", [
            element("GlobalClusterIdentifier", global.id),
            element("GlobalClusterArn", arnOf(global)),
            element("Status", change?.status ?? "available"),
            element("Engine", text(global.outputs, "engine") ?? ""),
            element("EngineVersion", text(global.outputs, "engineVersion") ?? ""),
            element(
                "GlobalClusterMembers",
                members.map((member) =>
                    element("GlobalClusterMember", [
                        element("DBClusterArn", arnOf(member)),
                        element("IsWriter", String(!isSecondary(member.outputs))),
                        element(
                            "Readers",
                            isSecondary(member.outputs)
                                ? ""
                                : readers.map((reader) => element("member", arnOf(reader))),
                        ),
                        element(
                            "SynchronizationStatus",
                            this.databases.connected(member) ? "connected" : "pending-resync",
                        ),
                    ]),
                ),
            ),
            change === undefined
                ? ""
                : element("FailoverState", [
                      element("Status", change.status),
                      element("FromDbClusterArn", change.fromArn),
                      element("ToDbClusterArn", change.toArn),
                      element("IsDataLossAllowed", String(change.status === "failing-over")),
                  ]),
        ]);
    }
}

function describeCluster(cluster: StoredResource): string {
    const { outputs } = cluster;
    return element("DBCluster", [
        element("DBClusterIdentifier", cluster.id),
        element("DBClusterArn", arnOf(cluster)),
        element("Status", "available"),
        element("Engine", text(outputs, "engine") ?? ""),
        ...(isSecondary(outputs) ? [] : [element("Endpoint", text(outputs, "endpoint") ?? "")]),
        element("ReaderEndpoint", text(outputs, "readerEndpoint") ?? ""),
        element("ReplicationSourceIdentifier", text(outputs, "replicationSourceIdentifier") ?? ""),
        element(
            "IAMDatabaseAuthenticationEnabled",
            String(outputs["iamDatabaseAuthenticationEnabled"] === true),
        ),
    ]);
}

/** An element with text, which is escaped, or with elements. */
function element(name: string, content: string | readonly string[]): string {
    return `<${name}>${typeof content === "string" ? escapeXml(content) : content.join("")}</${name}>`;
}
