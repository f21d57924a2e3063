import { expect } from "chai";

import { ReplicationLink, type ReplicatedWrite } from "../../../../sandbox/world/tables/link";
import { nextVersion } from "../../../../sandbox/world/tables/version";
import { smallWorld, type SmallWorld } from "../../../support/smallWorld";

describe("ReplicationLink", () => {
    let world: SmallWorld;

    beforeEach(async () => {
        world = await smallWorld();
    });

    afterEach(() => world.end());

    function write(name: string): ReplicatedWrite {
        return {
            table: "t",
            generation: 1,
            entry: {
                key: { pk: { S: name } },
                image: undefined,
                version: nextVersion(undefined, "us-east-1", world.clock.now()),
            },
        };
    }

    it("delivers in order, stops in the middle when it is cut, and goes on after the heal", async () => {
        const arrived: string[] = [];
        const link: ReplicationLink = new ReplicationLink(
            world,
            "us-east-1",
            "eu-west-1",
            async ({ entry }) => {
                arrived.push(String(entry.key["pk"]?.["S"]));
                if (arrived.length === 2) {
                    world.faults.inject({ kind: "blackout", region: "eu-west-1" });
                }
            },
        );
        world.faults.inject({ kind: "partition", between: ["us-east-1", "eu-west-1"] });
        ["a", "b", "c", "d"].forEach((name) => link.send(write(name)));
        await world.clock.sleep(5000);
        expect(arrived).to.eql([]);
        world.faults.healAll();
        await world.clock.sleep(5000);
        expect(arrived).to.eql(["a", "b"]);
        expect(link.pending).to.equal(2);
        world.faults.healAll();
        await world.clock.sleep(5000);
        expect(arrived).to.eql(["a", "b", "c", "d"]);
        link.stop();
    });
});
