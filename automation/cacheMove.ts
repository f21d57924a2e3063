import type { Topology } from "../infra/topology";
import type { DeployedCache } from "./deployedGlobal";
import { votesAgainst, type DeployedVotes } from "./deployedVotes";

/**
 * Who is to stand in for the primary of the caches once a region is lost: nobody where the role is well
 * with whom it falls to, else the writer, or the datastore's first member in service. With no member in
 * service it stays with who has it: caches hold copies, and are no reason to refuse. Pure.
 *
 * @param writer who writes now, and then.
 * @returns undefined for nobody.
 */
export function standInWithout(
    region: string,
    cache: DeployedCache,
    writer: { readonly before: string; readonly after: string },
    topology: Topology,
    votes: DeployedVotes,
): string | undefined {
    const well = (member: string): boolean =>
        cache.datastore.includes(member) &&
        member !== region &&
        votesAgainst(votes, member).length < topology.quorum;
    const own = cache.primary ?? writer.after;
    if (well(cache.standIn ?? own)) {
        return cache.standIn;
    }
    const now = cache.standIn ?? cache.primary ?? writer.before;
    const next = [own, writer.after, ...cache.datastore].find(well) ?? now;
    return next === own ? undefined : next;
}

/**
 * Whether bringing a region back ends what its stand-in does for it. Pure.
 *
 * @param writer who writes once the region is back.
 */
export function endsStandIn(
    region: string,
    cache: DeployedCache | undefined,
    writer: string | undefined,
): boolean {
    return cache?.standIn !== undefined && (cache.primary ?? writer) === region;
}
