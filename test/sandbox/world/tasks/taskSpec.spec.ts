import { expect } from "chai";

import { Store } from "../../../../sandbox/world/store";
import { TaskSpecError, taskSpecOf } from "../../../../sandbox/world/tasks/taskSpec";

const region = "us-east-1";
const container = { name: "shop", image: "shop:1", environment: [{ name: "A", value: "1" }] };

describe("taskSpecOf", () => {
    let store: Store;

    beforeEach(() => {
        store = new Store();
        define(1, [container]);
        put("aws:ecs/service:Service", "shop", {
            arn: "service-arn",
            name: "shop",
            cluster: "arn:aws:ecs:us-east-1:111122223333:cluster/main",
            taskDefinition: "family:1",
            desiredCount: 3,
        });
    });

    function put(type: string, id: string, outputs: Record<string, unknown>): void {
        store.put({ type, region, id, inputs: {}, outputs });
    }

    function define(revision: number, containers: readonly unknown[]): void {
        put("aws:ecs/taskDefinition:TaskDefinition", `family:${revision}`, {
            arn: `arn:aws:ecs:us-east-1:111122223333:task-definition/family:${revision}`,
            family: "family",
            revision,
            containerDefinitions: JSON.stringify(containers),
        });
    }

    function spec() {
        const service = store.list("aws:ecs/service:Service")[0];
        return taskSpecOf(store, service!);
    }

    it("reads what the service wants to run", () => {
        expect(spec()).to.deep.include({
            serviceArn: "service-arn",
            desired: 3,
            image: "shop:1",
            environment: { A: "1" },
            stopTimeoutMs: 30_000,
            targets: [],
            circuitBreaker: false,
        });
    });

    it("takes a family's latest revision where none is named", () => {
        define(2, [{ ...container, image: "shop:2" }]);
        define(10, [{ ...container, image: "shop:10" }]);
        put("aws:ecs/service:Service", "shop", { name: "shop", taskDefinition: "family" });
        expect(spec().image).to.equal("shop:10");
    });

    it("stays between the bounds of autoscaling", () => {
        const bounds = (minCapacity: number, maxCapacity: number): void =>
            put("aws:appautoscaling/target:Target", "target", {
                resourceId: "service/main/shop",
                minCapacity,
                maxCapacity,
            });
        bounds(6, 12);
        expect(spec().desired).to.equal(6);
        bounds(1, 2);
        expect(spec().desired).to.equal(2);
        bounds(1, 12);
        expect(spec().desired).to.equal(3);
    });

    it("changes its revision with the task definition and with a forced deployment, not with the count", () => {
        const before = spec().revision;
        const service = (more: Record<string, unknown>): void =>
            put("aws:ecs/service:Service", "shop", {
                name: "shop",
                taskDefinition: "family:1",
                desiredCount: 9,
                ...more,
            });
        service({});
        expect(spec().revision).to.equal(before);
        service({ triggers: { redeploy: "now" } });
        expect(spec().revision).not.to.equal(before);
    });

    it("refuses what the sandbox cannot run, and says why", () => {
        define(1, [container, { ...container, name: "sidecar" }]);
        expect(spec).to.throw(TaskSpecError, "has 2 containers; the sandbox runs exactly one");
        define(1, [{ ...container, secrets: [{ name: "TOKEN", valueFrom: "arn" }] }]);
        expect(spec).to.throw(TaskSpecError, "takes secrets (TOKEN)");
        put("aws:ecs/service:Service", "shop", { name: "shop", taskDefinition: "gone:1" });
        expect(spec).to.throw(TaskSpecError, "task definition gone:1 does not exist in us-east-1");
    });
});
