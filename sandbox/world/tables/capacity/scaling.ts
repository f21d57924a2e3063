import { z } from "zod";

import { regionsOfTable, tableIn } from "../../../aws/dynamodb/replicas";
import type { Metrics } from "../../metrics";
import { properties } from "../../properties";
import type { StoredResource } from "../../store";
import type { Part, World } from "../../world";
import { administer } from "../administration";
import { dimensionsOf, type Direction, type Metered } from "./meter";
import { ScalingQuota } from "./scalingQuota";
import { wantedUnits } from "./targetTracking";
import { metered, type Throughput } from "./throughput";

const targetType = "aws:appautoscaling/target:Target";
const policyType = "aws:appautoscaling/policy:Policy";

const minuteMs = 60_000;
/** How long CloudWatch takes to have a minute's metrics, and its alarms to look at them. */
const delayMs = 5000;
/** Minutes of history that scaling in looks at. */
const historyMinutes = 15;

const targetSchema = z.object({
    resourceId: z.string(),
    scalableDimension: z.string(),
    minCapacity: z.number(),
    maxCapacity: z.number(),
});

const policySchema = z.object({
    resourceId: z.string(),
    scalableDimension: z.string(),
    targetTrackingScalingPolicyConfiguration: z
        .object({ targetValue: z.number(), disableScaleIn: z.boolean().default(false) })
        .optional(),
});

type Target = z.infer<typeof targetSchema>;

/** A change that auto scaling made. */
export interface ScalingActivity extends Metered {
    /** World time, milliseconds since the epoch. */
    readonly atMs: number;
    readonly direction: Direction;
    /** Units per second before and after. */
    readonly from: number;
    readonly to: number;
}

/**
 * Application Auto Scaling for tables: every minute each policy looks at what CloudWatch knows of its
 * table and changes what is provisioned. Write settings belong to the whole table and work on every
 * replica by its own use; a lost region scales nothing.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html
 */
export class TableScaling implements Part {
    readonly #activities: ScalingActivity[] = [];
    readonly #quota = new ScalingQuota();
    #stop: (() => void) | undefined;

    constructor(
        private readonly world: World,
        private readonly deps: { readonly throughput: Throughput; readonly metrics: Metrics },
    ) {}

    async start(): Promise<void> {
        const { clock } = this.world;
        this.#stop = clock.every(
            minuteMs,
            () => this.evaluate(),
            minuteMs - (clock.now() % minuteMs) + delayMs,
        );
    }

    async stop(): Promise<void> {
        this.#stop?.();
    }

    /** What scaling did since then, oldest first. */
    activities(sinceMs = Number.NEGATIVE_INFINITY): readonly ScalingActivity[] {
        return this.#activities.filter(({ atMs }) => atMs >= sinceMs);
    }

    /** Looks at every table that scales, now. */
    evaluate(): void {
        for (const resource of this.world.store.list(targetType)) {
            const target = targetSchema.parse(properties(resource));
            const [, direction] =
                /^dynamodb:(?:table|index):(Read|Write)CapacityUnits$/.exec(
                    target.scalableDimension,
                ) ?? [];
            if (direction !== undefined) {
                this.#scale(resource, target, direction === "Read" ? "read" : "write");
            }
        }
    }

    #scale(resource: StoredResource, target: Target, direction: Direction): void {
        const { store, faults } = this.world;
        const [, name = "", , index] = target.resourceId.split("/");
        const table = tableIn(name, { store, region: resource.region });
        const tracking = this.#tracking(resource.region, target);
        if (table === undefined || tracking === undefined) {
            return;
        }
        const regions = direction === "write" ? regionsOfTable(store, table) : [resource.region];
        for (const region of regions) {
            const of = metered(region, name, index);
            const units = this.deps.throughput.provisioned(of)?.[direction];
            if (units === undefined || faults.blackedOut(region)) {
                continue;
            }
            const wanted = wantedUnits({
                units,
                used: this.#used(of, direction),
                targetPercent: tracking.targetValue,
                scaleIn: !tracking.disableScaleIn,
            });
            const to = Math.min(target.maxCapacity, Math.max(target.minCapacity, wanted));
            this.#change(table, of, direction, units, to);
        }
    }

    #tracking(region: string, target: Target) {
        return this.world.store
            .list(policyType, region)
            .map((policy) => policySchema.parse(properties(policy)))
            .find(
                (policy) =>
                    policy.resourceId === target.resourceId &&
                    policy.scalableDimension === target.scalableDimension,
            )?.targetTrackingScalingPolicyConfiguration;
    }

    /** Units per second of the last minutes, oldest first; undefined for one that nothing was used in. */
    #used(of: Metered, direction: Direction): readonly (number | undefined)[] {
        const toMs = Math.floor(this.world.clock.now() / minuteMs) * minuteMs;
        const fromMs = toMs - historyMinutes * minuteMs;
        const series = this.deps.metrics.query({
            region: of.region,
            namespace: "AWS/DynamoDB",
            metric: `Consumed${direction === "read" ? "Read" : "Write"}CapacityUnits`,
            dimensions: dimensionsOf(of),
            statistic: "Sum",
            periodMs: minuteMs,
            fromMs,
            toMs,
        });
        return Array.from({ length: historyMinutes }, (_, minute) => {
            const sum = series.get(fromMs + minute * minuteMs);
            return sum === undefined ? undefined : sum / 60;
        });
    }

    #change(
        table: StoredResource,
        of: Metered,
        direction: Direction,
        from: number,
        to: number,
    ): void {
        const { clock, journal } = this.world;
        const atMs = clock.now();
        if (to === from || (to < from && !this.#quota.take(of, atMs))) {
            return;
        }
        if (of.region === table.region) {
            // The account has the home's units, and whoever refreshes finds them changed.
            administer(this.world, of.region, "UpdateTable", this.#update(of, direction, to));
        } else {
            this.deps.throughput.provision(of, direction, to);
        }
        journal.add({
            atMs,
            caller: `appautoscaling:${of.region}`,
            plane: "control",
            service: "dynamodb",
            action: "UpdateTable",
            region: of.region,
            outcome: "ok",
        });
        this.#activities.push({ ...of, atMs, direction, from, to });
    }

    #update(of: Metered, direction: Direction, to: number): Readonly<Record<string, unknown>> {
        const units = {
            read: 1,
            write: 1,
            ...this.deps.throughput.provisioned(of),
            [direction]: to,
        };
        const ProvisionedThroughput = {
            ReadCapacityUnits: units.read,
            WriteCapacityUnits: units.write,
        };
        return of.index === undefined
            ? { TableName: of.table, ProvisionedThroughput }
            : {
                  TableName: of.table,
                  GlobalSecondaryIndexUpdates: [
                      { Update: { IndexName: of.index, ProvisionedThroughput } },
                  ],
              };
    }
}
