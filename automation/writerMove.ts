import type { Topology } from "../infra/topology";
import type { DeployedRoles } from "./deployedGlobal";
import { votesAgainst, type DeployedVotes } from "./deployedVotes";
import { AutomationError } from "./errors";
import type { WriterSettings } from "./stackConfig";

/**
 * Who is to write when a region is lost: the standby, or the first region in service when that one is
 * out, too. The two swap their roles, so that bringing the writer back is the exact inverse. Pure.
 *
 * @param acceptDataLoss whether the region's latest writes may be lost.
 * @returns undefined when the region does not write.
 * @throws AutomationError `refused` when no other region is in service.
 */
export function writerAwayFrom(
    region: string,
    roles: DeployedRoles,
    topology: Topology,
    votes: DeployedVotes,
    acceptDataLoss: boolean,
): WriterSettings | undefined {
    if (roles.writer !== region) {
        return undefined;
    }
    const candidates = [roles.standby, ...Object.keys(topology.regions)].filter(
        (one) => one !== region && votesAgainst(votes, one).length < topology.quorum,
    );
    const [writer] = candidates;
    if (writer === undefined) {
        throw new AutomationError(
            "refused",
            `${region} writes, and no other region is in service to take over; bring one back first: meridian failback <region>`,
        );
    }
    return {
        writer,
        standby: roles.standby === writer ? region : roles.standby,
        writerHome: roles.writerHome === writer ? undefined : roles.writerHome,
        acceptDataLoss: acceptDataLoss ? region : undefined,
    };
}

/** The roles as they were before the writer left the region; undefined when it did not. Pure. */
export function writerBackIn(
    region: string,
    roles: DeployedRoles | undefined,
): WriterSettings | undefined {
    if (roles === undefined || roles.writerHome !== region || roles.writer === region) {
        return undefined;
    }
    return {
        writer: region,
        standby: roles.standby === region ? roles.writer : roles.standby,
        writerHome: undefined,
        acceptDataLoss: undefined,
    };
}

/** The settings of roles that are to stay. */
export function rolesAsTheyAre({ writer, standby, writerHome }: DeployedRoles): WriterSettings {
    return {
        writer,
        standby,
        writerHome: writerHome === writer ? undefined : writerHome,
        acceptDataLoss: undefined,
    };
}
