import { AwsError } from "../../../aws/awsError";
import type { WorldClock } from "../../clock";
import type { MetricSink } from "../../world";
import type { TableDefinition } from "../definition";
import { OnDemandAllowance, onDemandStart, ProvisionedAllowance } from "./allowance";
import {
    CapacityMeter,
    dimensionsOf,
    type Direction,
    type Metered,
    type ThrottledRequest,
} from "./meter";

export interface Units {
    readonly read: number;
    readonly write: number;
}

/** One table or index in one region: what it may use. */
interface Lane {
    readonly of: Metered;
    /** Region of the table's own resource: tables of one name in two regions may be two tables. */
    readonly home: string;
    readonly allowances: Record<Direction, ProvisionedAllowance | OnDemandAllowance>;
    /** What the account last said, so that a change of it is told from what scaling did here. */
    declared: Units | undefined;
}

/**
 * The throughput of every table and index in every region: what it has, what it lets in and what it
 * used. Throughput is a replica's own: one region's users never use up another's. A partition's own
 * limits are not modelled; the tables here are small and their keys many.
 */
export class Throughput {
    readonly #lanes = new Map<string, Lane>();
    readonly #meter = new CapacityMeter();

    constructor(private readonly clock: Pick<WorldClock, "now">) {}

    /** Takes over what the account says of a table. Regions it left, and indexes it lost, are forgotten. */
    follow(definition: TableDefinition, regions: readonly string[]): void {
        const kept = new Set<string>();
        for (const region of regions) {
            for (const index of [undefined, ...definition.indexes.map(({ name }) => name)]) {
                const of = metered(region, definition.name, index);
                kept.add(keyOf(of));
                this.#declare(of, definition.home, declaredUnits(definition, index));
            }
        }
        for (const [key, { of, home }] of this.#lanes) {
            if (of.table === definition.name && home === definition.home && !kept.has(key)) {
                this.#lanes.delete(key);
            }
        }
    }

    /**
     * Lets a request in, or refuses it as DynamoDB does.
     *
     * @param of a table, or the index that is read
     * @param indexes those that a write changes too: one without capacity holds the table's writes up
     * @throws AwsError ProvisionedThroughputExceededException, or ThrottlingException on demand
     */
    admit(
        of: Metered,
        direction: Direction,
        operation: string,
        indexes: readonly string[] = [],
    ): void {
        const nowMs = this.clock.now();
        for (const index of [of.index, ...indexes]) {
            const lane = this.#lanes.get(keyOf(metered(of.region, of.table, index)));
            const allowance = lane?.allowances[direction];
            if (lane !== undefined && allowance?.admits(nowMs) === false) {
                this.#meter.throttled(lane.of, direction, operation, nowMs);
                throw refusal(lane.of, allowance instanceof ProvisionedAllowance);
            }
        }
    }

    /** Whether a write that another region already took can be applied without delay. */
    hasRoom(of: Metered): boolean {
        return this.#lanes.get(keyOf(of))?.allowances.write.admits(this.clock.now()) ?? true;
    }

    charge(of: Metered, direction: Direction, units: number): void {
        if (units > 0) {
            this.#meter.consumed(of, direction, units);
            this.#lanes.get(keyOf(of))?.allowances[direction].charge(units, this.clock.now());
        }
    }

    /** Provisioned units; undefined on demand, and where there is no such table. */
    provisioned(of: Metered): Units | undefined {
        const { read, write } = this.#lanes.get(keyOf(of))?.allowances ?? {};
        return read instanceof ProvisionedAllowance && write instanceof ProvisionedAllowance
            ? { read: read.units, write: write.units }
            : undefined;
    }

    /** Changes one direction's provisioned units. */
    provision(of: Metered, direction: Direction, units: number): void {
        const allowance = this.#lanes.get(keyOf(of))?.allowances[direction];
        if (allowance instanceof ProvisionedAllowance) {
            allowance.provision(units, this.clock.now());
        }
    }

    /** Requests refused since then, oldest first. */
    refusals(sinceMs = Number.NEGATIVE_INFINITY): readonly ThrottledRequest[] {
        return this.#meter.refusals(sinceMs);
    }

    /** Publishes the last minute's metrics. */
    publish(sink: MetricSink): void {
        // Of the minute that ends now, not of the one that begins.
        const atMs = this.clock.now() - 1;
        this.#meter.publish(sink, atMs);
        for (const { of } of this.#lanes.values()) {
            const units = this.provisioned(of);
            if (units !== undefined) {
                for (const [metric, value] of [
                    ["ProvisionedReadCapacityUnits", units.read],
                    ["ProvisionedWriteCapacityUnits", units.write],
                ] as const) {
                    sink.put({
                        region: of.region,
                        namespace: "AWS/DynamoDB",
                        metric,
                        dimensions: dimensionsOf(of),
                        value,
                        atMs,
                    });
                }
            }
        }
    }

    #declare(of: Metered, home: string, declared: Units | undefined): void {
        const key = keyOf(of);
        const lane = this.#lanes.get(key);
        const nowMs = this.clock.now();
        if (lane === undefined || (lane.declared === undefined) !== (declared === undefined)) {
            this.#lanes.set(key, { of, home, declared, allowances: allowances(declared, nowMs) });
            return;
        }
        for (const direction of ["read", "write"] as const) {
            const units = declared?.[direction];
            // A replica floats by itself once it is there: what its home is set to is not its own.
            if (of.region === home && units !== undefined && units !== lane.declared?.[direction]) {
                this.provision(of, direction, units);
            }
        }
        lane.declared = declared;
    }
}

/** A table in a region, or one of its indexes. */
export function metered(region: string, table: string, index?: string): Metered {
    return { region, table, ...(index === undefined ? {} : { index }) };
}

function keyOf({ region, table, index }: Metered): string {
    return `${region}|${table}|${index ?? ""}`;
}

function declaredUnits(definition: TableDefinition, index: string | undefined): Units | undefined {
    return index === undefined
        ? definition.provisioned
        : definition.indexes.find(({ name }) => name === index)?.provisioned;
}

function allowances(declared: Units | undefined, nowMs: number): Lane["allowances"] {
    return declared === undefined
        ? {
              read: new OnDemandAllowance(onDemandStart.read),
              write: new OnDemandAllowance(onDemandStart.write),
          }
        : {
              read: new ProvisionedAllowance(declared.read, nowMs),
              write: new ProvisionedAllowance(declared.write, nowMs),
          };
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
function refusal(of: Metered, provisioned: boolean): AwsError {
    const what = of.index === undefined ? "the table" : `index ${of.index} of the table`;
    return provisioned
        ? new AwsError(
              "ProvisionedThroughputExceededException",
              `The level of configured provisioned throughput for ${what} was exceeded. Consider increasing your provisioning level with the UpdateTable API.`,
          )
        : new AwsError(
              "ThrottlingException",
              `Throughput exceeds the current capacity of ${what}. DynamoDB is automatically scaling it, so please try again shortly.`,
          );
}
