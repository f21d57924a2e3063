import { expect } from "chai";
import fc from "fast-check";

import type { Zone } from "../../../../sandbox/world/dns/types";
import { geographies } from "../../../../sandbox/world/geography";
import type { Props } from "../../../../sandbox/world/store";
import {
    address,
    ask,
    failover,
    geolocation,
    geoproximity,
    ipBased,
    latency,
    multivalue,
    valuesOf,
    weight,
    zoneId,
    zoneWith,
} from "./support";

/** A member of a group: a value with its own check, or an alias down to a group of the next level. */
interface Member {
    readonly id: string;
    readonly policy: Props;
    readonly child: Group | undefined;
    readonly evaluates: boolean;
}

interface Group {
    readonly name: string;
    readonly members: readonly Member[];
}

const regions = ["us-east-1", "eu-west-1", "ap-south-1", "ap-east-1", "sa-east-1"];

/** One block for each geography's clients. */
const blocks: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
    geographies.map(({ code }, index) => [code, [`100.${64 + index}.0.0/16`]]),
);

/** Policies of the members of one group. Geolocation and IP-based groups have a default, as their last. */
const policies: fc.Arbitrary<readonly Props[]> = fc.oneof(
    fc
        .array(fc.oneof(fc.constant(0), fc.nat(255)), { minLength: 1, maxLength: 5 })
        .map((weights) => weights.map(weight)),
    fc.subarray(regions, { minLength: 1 }).map((some) => some.map(latency)),
    fc.subarray(["PRIMARY", "SECONDARY"], { minLength: 1 }).map((roles) => roles.map(failover)),
    fc
        .subarray([
            { country: "US", subdivision: "VA" },
            { country: "US" },
            { continent: "NA" },
            { country: "IN" },
            { continent: "AS" },
            { continent: "EU" },
        ])
        .map((places) => [...places, { country: "*" }].map(geolocation)),
    fc
        .subarray(regions, { minLength: 1 })
        .chain((some) =>
            fc.tuple(
                ...some.map((awsRegion) =>
                    fc.integer({ min: -99, max: 99 }).map((bias) => geoproximity(awsRegion, bias)),
                ),
            ),
        ),
    fc.subarray(Object.keys(blocks)).map((names) => [...names, "*"].map(ipBased)),
);

/** Groups up to three deep; `evaluates` says which aliases look at their targets. */
function group(evaluates: fc.Arbitrary<boolean>, depth: number, name = "app"): fc.Arbitrary<Group> {
    return policies.chain((chosen) =>
        fc
            .tuple(
                ...chosen.map((policy, index) => {
                    const id = `${name}-${index}`;
                    const leaf = fc.constant<Member>({
                        id,
                        policy,
                        child: undefined,
                        evaluates: true,
                    });
                    return depth === 0
                        ? leaf
                        : fc.oneof(
                              leaf,
                              fc
                                  .tuple(group(evaluates, depth - 1, id), evaluates)
                                  .map(([child, looks]): Member => ({
                                      id,
                                      policy,
                                      child,
                                      // Failover aliases must.
                                      evaluates: looks || "failoverRoutingPolicies" in policy,
                                  })),
                          );
                }),
            )
            .map((members) => ({ name, members })),
    );
}

function membersOf({ members }: Group): readonly Member[] {
    return members.flatMap((member) => [
        member,
        ...(member.child === undefined ? [] : membersOf(member.child)),
    ]);
}

function leavesOf(root: Group): readonly string[] {
    return membersOf(root).flatMap(({ id, child }) => (child === undefined ? [id] : []));
}

function zoneOfGroup(root: Group): Zone {
    const records = (of: Group): readonly Props[] =>
        of.members.flatMap(({ id, policy, child, evaluates }) =>
            child === undefined
                ? [address(of.name, id, { ...policy, healthCheckId: id })]
                : [
                      {
                          name: of.name,
                          setIdentifier: id,
                          ...policy,
                          aliases: [
                              {
                                  name: `${child.name}.example.com`,
                                  zoneId,
                                  evaluateTargetHealth: evaluates,
                              },
                          ],
                      },
                      ...records(child),
                  ],
        );
    return zoneWith(records(root), (_, location) => blocks[location] ?? []);
}

/** Health as AWS words it, on the groups themselves. */
function healthy(member: Member, down: ReadonlySet<string>): boolean {
    const { child, evaluates, id } = member;
    return child === undefined
        ? !down.has(id)
        : !evaluates || child.members.some((inner) => healthy(inner, down));
}

const from = fc.constantFrom(...geographies.map(({ code }) => code), "nowhere");
const draw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const always = fc.constant(true);

/** A tree, some of its leaves down, and a query. */
function situation(evaluates: fc.Arbitrary<boolean>): fc.Arbitrary<{
    readonly root: Group;
    readonly down: readonly string[];
    readonly from: string;
    readonly draw: number;
}> {
    return group(evaluates, 2).chain((root) =>
        fc.record({
            root: fc.constant(root),
            down: fc.subarray([...leavesOf(root)]),
            from,
            draw,
        }),
    );
}

describe("evaluator, for any tree", () => {
    it("never answers nothing while records exist", () => {
        fc.assert(
            fc.property(situation(fc.boolean()), ({ root, down, ...query }) => {
                const { rcode, answers } = ask(zoneOfGroup(root), "app", {
                    down,
                    from: query.from,
                    random: () => query.draw,
                });
                expect(rcode).to.equal("NOERROR");
                expect(answers).to.not.have.length(0);
            }),
        );
    });

    it("never goes to an unhealthy record while one that applies is healthy", () => {
        fc.assert(
            fc.property(situation(always), ({ root, down, ...query }) => {
                const { path } = ask(zoneOfGroup(root), "app", {
                    down,
                    from: query.from,
                    random: () => query.draw,
                });
                const gone = new Set(down);
                const byId = new Map(membersOf(root).map((member) => [member.id, member]));
                let level: Group | undefined = root;
                for (const { setIdentifier, routing } of path) {
                    const chosen = byId.get(setIdentifier) as Member;
                    // Of these groups only some records are for the client; the default always is.
                    const rivals: readonly Member[] =
                        routing.policy === "geolocation" || routing.policy === "cidr"
                            ? (level?.members.slice(-1) ?? [])
                            : (level?.members ?? []);
                    if (rivals.some((member) => healthy(member, gone))) {
                        expect(healthy(chosen, gone), setIdentifier).to.equal(true);
                    }
                    level = chosen.child;
                }
            }),
            { numRuns: 1000 },
        );
    });

    it("chooses with all unhealthy as it does with all healthy", () => {
        fc.assert(
            fc.property(situation(always), ({ root, ...query }) => {
                const zone = zoneOfGroup(root);
                const options = { from: query.from, random: () => query.draw };
                expect(valuesOf(zone, "app", { ...options, down: leavesOf(root) })).to.deep.equal(
                    valuesOf(zone, "app", options),
                );
            }),
        );
    });

    it("gives each weighted record its share", () => {
        const draws = 2000;
        fc.assert(
            fc.property(fc.array(fc.nat(255), { minLength: 1, maxLength: 6 }), (weights) => {
                const zone = zoneWith(
                    weights.map((value, index) => address("app", String(index), weight(value))),
                );
                const counts = weights.map(() => 0);
                for (let index = 0; index < draws; index++) {
                    const random = (): number => (index + 0.5) / draws;
                    const chosen = Number(valuesOf(zone, "app", { random })[0]);
                    counts[chosen] = (counts[chosen] ?? 0) + 1;
                }
                const total = weights.reduce((sum, value) => sum + value, 0);
                weights.forEach((value, index) => {
                    const share = total === 0 ? 1 / weights.length : value / total;
                    expect((counts[index] ?? 0) / draws).to.be.closeTo(share, 2 / draws);
                });
            }),
            { numRuns: 25 },
        );
    });

    it("never skips a level of geolocation that has a healthy record", () => {
        const levels = [
            { country: "US", subdivision: "VA" },
            { country: "US" },
            { continent: "NA" },
            { country: "*" },
        ];
        const names = levels.map((_, index) => String(index));
        fc.assert(
            fc.property(fc.subarray(names, { minLength: 1 }), fc.subarray(names), (there, down) => {
                const zone = zoneWith(
                    there.map((name) =>
                        address("app", name, {
                            ...geolocation(levels[Number(name)] ?? {}),
                            healthCheckId: name,
                        }),
                    ),
                );
                const expected = there.find((name) => !down.includes(name)) ?? there[0];
                expect(valuesOf(zone, "app", { from: "us", down })).to.deep.equal([expected]);
            }),
        );
    });

    it("never backs out of a branch whose alias does not evaluate its target", () => {
        fc.assert(
            fc.property(
                situation(fc.constant(false)).filter(({ root }) =>
                    root.members.every(({ evaluates, child }) => child !== undefined && !evaluates),
                ),
                ({ root, down, ...query }) => {
                    const zone = zoneOfGroup(root);
                    const options = { from: query.from, random: () => query.draw };
                    expect(ask(zone, "app", { ...options, down }).path[0]).to.equal(
                        ask(zone, "app", options).path[0],
                    );
                },
            ),
        );
    });

    it("answers up to eight multivalue records, the healthy ones if there are any", () => {
        const ids = Array.from({ length: 12 }, (_, index) => String(index));
        fc.assert(
            fc.property(
                fc.subarray(ids, { minLength: 1 }),
                fc.subarray(ids),
                draw,
                (there, down, at) => {
                    const zone = zoneWith(
                        there.map((id) => address("app", id, { ...multivalue, healthCheckId: id })),
                    );
                    const found = valuesOf(zone, "app", { down, random: () => at });
                    const alive = there.filter((id) => !down.includes(id));
                    const pool = alive.length > 0 ? alive : there;
                    expect(found).to.have.length(Math.min(8, pool.length));
                    expect(new Set(found).size).to.equal(found.length);
                    expect(pool).to.include.members([...found]);
                },
            ),
        );
    });
});
