import type { Props, Store, StoredResource } from "../../world/store";
import { text } from "../support/known";
import { tokens } from "./tokens";

/** A replication group of a global datastore. */
export interface Member {
    readonly region: string;
    readonly groupId: string;
    readonly resource: StoredResource;
}

/** A global datastore as the account has it. */
export interface Datastore {
    readonly id: string;
    readonly primary: Member;
    readonly secondaries: readonly Member[];
}

/** Output that remembers the primary's region once it has moved; before, it is the datastore's own. */
const primaryRegion = "primaryRegion";

/** The datastore of an id or a resource; undefined when there is none, or its primary is gone. */
export function datastoreOf(
    store: Store,
    datastore: string | StoredResource,
): Datastore | undefined {
    const resource =
        typeof datastore === "string"
            ? store.find(tokens.globalReplicationGroup, ({ id }) => id === datastore)
            : datastore;
    if (resource === undefined) {
        return undefined;
    }
    const founder = text(resource.inputs, "primaryReplicationGroupId");
    const members = store
        .list(tokens.replicationGroup)
        .filter(
            (group) =>
                text(group.inputs, "globalReplicationGroupId") === resource.id ||
                (group.region === resource.region && group.id === founder),
        )
        .map((group) => ({ region: group.region, groupId: group.id, resource: group }));
    const region = text(resource.outputs, primaryRegion) ?? resource.region;
    const primary = members.find((member) => member.region === region);
    return primary === undefined
        ? undefined
        : {
              id: resource.id,
              primary,
              secondaries: members.filter((member) => member !== primary),
          };
}

/** The datastore that a replication group belongs to, whatever its role. */
export function datastoreWith(
    store: Store,
    region: string,
    groupId: string,
): Datastore | undefined {
    return store
        .list(tokens.globalReplicationGroup)
        .map((resource) => datastoreOf(store, resource))
        .find((datastore) =>
            [datastore?.primary, ...(datastore?.secondaries ?? [])].some(
                (member) => member?.region === region && member.groupId === groupId,
            ),
        );
}

/** The outputs of a datastore whose primary has become another member. */
export function withPrimary(outputs: Props, member: Member): Props {
    return {
        ...outputs,
        primaryReplicationGroupId: member.groupId,
        [primaryRegion]: member.region,
    };
}

/** What of a datastore's role is kept over an update of its settings. */
export function keptRole(current: Props | undefined): Props {
    const region = text(current, primaryRegion);
    return region === undefined
        ? {}
        : {
              primaryReplicationGroupId: current?.["primaryReplicationGroupId"],
              [primaryRegion]: region,
          };
}
