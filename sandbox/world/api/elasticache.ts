import { datastoreOf, datastoreWith, type Member } from "../../aws/elasticache/members";
import { tokens } from "../../aws/elasticache/tokens";
import { AwsError } from "../../aws/awsError";
import { text } from "../../aws/support/known";
import type { Caches } from "../caches/caches";
import type { StoredResource } from "../store";
import type { World } from "../world";
import { escapeXml, notImplemented, xmlResponse } from "./errors";
import type { ApiHandler, ApiRequest, ApiResponse } from "./handler";
import { actionOf, formOf } from "./server";

const namespace = 'xmlns="http://elasticache.amazonaws.com/doc/2015-02-02/"';

/** ElastiCache's API, as far as it tells and moves roles. A global datastore can be asked for in every region. */
export class ElastiCacheApi implements ApiHandler {
    readonly service = "elasticache";
    readonly protocol = "query";

    constructor(
        private readonly world: World,
        private readonly caches: Caches,
    ) {}

    async handle(request: ApiRequest): Promise<ApiResponse> {
        const action = actionOf(request);
        const result = this.#run(action, formOf(request), request.region);
        return xmlResponse(
            `<${action}Response ${namespace}><${action}Result>${result}</${action}Result></${action}Response>`,
        );
    }

    #run(action: string, form: URLSearchParams, region: string): string {
        switch (action) {
            case "FailoverGlobalReplicationGroup": {
                const id = required(form, "GlobalReplicationGroupId");
                this.caches.promote(
                    id,
                    required(form, "PrimaryRegion"),
                    required(form, "PrimaryReplicationGroupId"),
                );
                return element("GlobalReplicationGroup", this.#datastore(this.#find(id)));
            }
            case "DescribeGlobalReplicationGroups": {
                const id = form.get("GlobalReplicationGroupId");
                const found =
                    id === null
                        ? this.world.store.list(tokens.globalReplicationGroup)
                        : [this.#find(id)];
                return element(
                    "GlobalReplicationGroups",
                    found
                        .map((resource) =>
                            element("GlobalReplicationGroup", this.#datastore(resource)),
                        )
                        .join(""),
                );
            }
            case "DescribeReplicationGroups":
                return this.#groups(form.get("ReplicationGroupId"), region);
            default:
                throw notImplemented("elasticache", action);
        }
    }

    #find(id: string): StoredResource {
        const found = this.world.store.find(
            tokens.globalReplicationGroup,
            (resource) => resource.id === id,
        );
        if (found === undefined) {
            throw new AwsError(
                "GlobalReplicationGroupNotFoundFault",
                `Global Replication Group ${id} does not exist`,
                404,
            );
        }
        return found;
    }

    #datastore(resource: StoredResource): string {
        const datastore = datastoreOf(this.world.store, resource);
        const member = (role: string, of: Member): string =>
            element(
                "GlobalReplicationGroupMember",
                element("ReplicationGroupId", escapeXml(of.groupId)) +
                    element("ReplicationGroupRegion", of.region) +
                    element("Role", role) +
                    element("Status", "associated"),
            );
        return (
            element("GlobalReplicationGroupId", escapeXml(resource.id)) +
            element("ARN", escapeXml(text(resource.outputs, "arn") ?? "")) +
            element("Status", this.caches.isPromoting(resource.id) ? "modifying" : "available") +
            element(
                "Members",
                datastore === undefined
                    ? ""
                    : member("PRIMARY", datastore.primary) +
                          datastore.secondaries.map((of) => member("SECONDARY", of)).join(""),
            )
        );
    }

    #groups(id: string | null, region: string): string {
        const all = this.world.store.list(tokens.replicationGroup, region);
        const found = all.filter((group) => id === null || group.id === id);
        if (id !== null && found.length === 0) {
            throw new AwsError(
                "ReplicationGroupNotFoundFault",
                `ReplicationGroup ${id} not found.`,
                404,
            );
        }
        return element(
            "ReplicationGroups",
            found.map((group) => element("ReplicationGroup", this.#group(group))).join(""),
        );
    }

    #group({ id, region, outputs }: StoredResource): string {
        const datastore = datastoreWith(this.world.store, region, id);
        const role = datastore?.primary.region === region ? "PRIMARY" : "SECONDARY";
        return (
            element("ReplicationGroupId", escapeXml(id)) +
            element("ARN", escapeXml(text(outputs, "arn") ?? "")) +
            element("Status", "available") +
            (datastore === undefined
                ? ""
                : element(
                      "GlobalReplicationGroupInfo",
                      element("GlobalReplicationGroupId", escapeXml(datastore.id)) +
                          element("GlobalReplicationGroupMemberRole", role),
                  ))
        );
    }
}

function element(name: string, content: string): string {
    return `<${name}>${content}</${name}>`;
}

/** @throws AwsError MissingParameter */
function required(form: URLSearchParams, name: string): string {
    const value = form.get(name);
    if (value === null || value === "") {
        throw new AwsError("MissingParameter", `The request must contain the parameter ${name}`);
    }
    return value;
}
