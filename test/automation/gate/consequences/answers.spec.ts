import { expect } from "chai";

import { compareAnswers } from "../../../../automation/gate/consequences/answers";
import { statesText } from "../../../../automation/gate/consequences/words";
import type { PlainResource } from "../../../../policies/resilience/routing/plainResource";
import type { Given } from "../../../policies/support/judge";
import {
    byLatency,
    byPlace,
    byWeight,
    healthCheck,
    record,
    toBalancer,
    toName,
} from "../../../policies/support/records";

/** Two regions by latency, each with a check of its own endpoint. */
const estate: readonly Given[] = ["eu-west-1", "us-east-1"].flatMap((region) => [
    healthCheck(`endpoint-${region}`, { fqdn: `web-1.${region}.elb.amazonaws.com` }),
    record("app.example.com", {
        ...byLatency(region),
        ...toBalancer(region),
        healthCheckId: `endpoint-${region}`,
    }),
]);

function plain(given: readonly Given[]): readonly PlainResource[] {
    return given.map(({ type, name = "", props, from }) => ({
        urn: `urn:pulumi:global::p::${type}::${name}`,
        type,
        props,
        ...(from === undefined ? {} : { from }),
    }));
}

function without(name: string, props: Given["props"]): Given["props"] {
    return Object.fromEntries(Object.entries(props).filter(([key]) => key !== name));
}

function compared(after: readonly Given[], before = estate) {
    return compareAnswers(plain(before), plain(after));
}

describe("who is answered by which region", () => {
    it("stays the same without a change, in every state from every place", () => {
        const { changes, states, names, places } = compared([...estate].reverse());
        expect(changes).to.eql([]);
        expect({ states, names, places }).to.eql({ states: 4, names: 1, places: 7 });
    });

    it("changes where a check is lost, only while its region is: it answers for whoever comes", () => {
        const after = estate.map((given) => {
            const props = without("healthCheckId", given.props);
            const aliases = [
                {
                    ...(props["aliases"] as readonly object[] | undefined)?.[0],
                    evaluateTargetHealth: false,
                },
            ];
            return given.name?.startsWith("app") === true && props["setIdentifier"] === "us-east-1"
                ? { ...given, props: { ...props, aliases } }
                : given;
        });
        const change = {
            name: "app.example.com",
            types: ["A"],
            before: { "eu-west-1": 100 },
            after: { "us-east-1": 100 },
        };
        expect(compared(after).changes).to.eql([
            {
                ...change,
                states: [{ "us-east-1": "lost" }],
                users: ["Virginia", "São Paulo", "Hong Kong", "Sydney"],
            },
            // Where nothing is healthy every record counts, but for one that seems to be.
            {
                ...change,
                states: [{ "eu-west-1": "lost", "us-east-1": "lost" }],
                users: ["Frankfurt", "Johannesburg", "Mumbai"],
            },
        ]);
    });

    it("tells of shares, of names that go, and of a geography with records of its own", () => {
        const split = ["eu-west-1", "us-east-1"].map((region, index) =>
            record("new.example.com", {
                ...byWeight(region, index === 0 ? 90 : 10),
                ...toBalancer(region),
            }),
        );
        const whole = [
            record("new.example.com", { ...byWeight("eu-west-1", 1), ...toBalancer("eu-west-1") }),
        ];
        const [one, ...others] = compared([...estate, ...split], [...estate, ...whole]).changes;
        expect(others.every(({ states }) => states.every((state) => Object.keys(state).length > 0)))
            .to.be.true;
        expect(one?.after).to.eql({ "eu-west-1": 90, "us-east-1": 10 });
        expect(one?.users).to.have.length(7);

        const [gone] = compared(estate, [...estate, ...whole]).changes;
        expect([gone?.before, gone?.after]).to.eql([{ "eu-west-1": 100 }, { nobody: 100 }]);

        const geo = (...places: readonly string[]) => [
            record("geo.example.com", {
                ...byPlace("default", { country: "*" }),
                ...toName("app.example.com"),
            }),
            ...places.map((country) =>
                record("geo.example.com", {
                    ...byPlace(country, { country }),
                    ...toBalancer("eu-west-1"),
                }),
            ),
        ];
        const [japan] = compared([...estate, ...geo("JP")], [...estate, ...geo()]).changes.filter(
            ({ users }) => users.some((who) => who.startsWith("JP near ")),
        );
        expect(japan?.after).to.eql({ "eu-west-1": 100 });
    });

    it("is known of a check that is yet to be made, by what it is made from", () => {
        const unknown = Symbol("unknown");
        const check = healthCheck("new", { fqdn: "web-1.us-east-1.elb.amazonaws.com" });
        const props = without("id", check.props);
        const after = estate.map((given) =>
            given.props["healthCheckId"] === "endpoint-us-east-1"
                ? {
                      ...given,
                      props: { ...given.props, healthCheckId: unknown },
                      from: { healthCheckId: [`urn:pulumi:global::p::${check.type}::new`] },
                  }
                : given,
        );
        expect(compared([...after, { ...check, props }]).changes).to.eql([]);
    });

    it("has words for its states", () => {
        expect(statesText([{}])).to.equal("every region up");
        expect(
            statesText([
                { b: "lost", a: "lost" },
                { a: "evacuated" },
                { b: "evacuated" },
                { c: "lost" },
                { d: "lost" },
            ]),
        ).to.equal("a and b lost; a evacuated; b evacuated; 2 more states");
    });
});
