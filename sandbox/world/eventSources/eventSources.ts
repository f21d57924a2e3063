import { randomUUID } from "node:crypto";

import { AwsError } from "../../aws/awsError";
import { eventSourceMappingType } from "../../aws/lambda/eventSourceMapping";
import { functionType } from "../../aws/lambda/targets";
import { text } from "../../aws/support/known";
import { refuseUnreachable, regionOf, type FailedDeliveries } from "../deliveries";
import type { Ending } from "../functions/instance";
import { roleAllows } from "../permissions";
import type { StoreChange, StoredResource } from "../store";
import type { StreamRecord } from "../streams/shard";
import type { MetricSink, Part, World } from "../world";
import { failureRecord, firstFailure, type GivenUp } from "./batch";
import { mappingDefinition, type MappingDefinition } from "./definition";
import type { BatchEnding } from "./lane";
import { Mapping } from "./mapping";
import type { PolledSource } from "./source";

export interface EventSourcesDeps {
    readonly metrics: MetricSink;
    /** Every kind of stream that can be polled. */
    readonly sources: readonly PolledSource[];
    /** Runs a function and waits for it, as Lambda itself. */
    readonly invoke: (functionArn: string, payload: unknown) => Promise<Ending>;
    /** Hands a message to a queue or a topic for a function whose role allows it. @throws AwsError */
    readonly handOver: (targetArn: string, body: string) => void;
    readonly failures: FailedDeliveries;
}

/** How a mapping stands. */
export interface MappingStatus {
    readonly id: string;
    readonly region: string;
    readonly streamArn: string;
    readonly functionArn: string;
    /** Age of the oldest record that is not done with, world milliseconds; 0 when there is none. */
    readonly lagMs: number;
    /** Records read and not done with. */
    readonly pending: number;
    /** Records given up so far, which the destination was told of if there is one. */
    readonly givenUp: number;
    /** Why it cannot read its stream. */
    readonly problem?: string;
}

/** Endings that say nothing of the batch: there was no room for it, or the region was lost around it. */
const notRun = /^(TooManyRequestsException|Runtime\.RegionLost)$/;

/**
 * Lambda's pollers: each mapping reads its stream and runs its function, for real. They are data
 * plane: a region whose control planes are down still works its streams off, and one that is lost
 * stands still and goes on from its checkpoint when it is back.
 */
export class EventSources implements Part {
    readonly #mappings = new Map<string, Mapping>();
    readonly #givenUp = new Map<string, number>();
    readonly #problems = new Map<string, string>();
    #stops: (() => void)[] = [];

    constructor(
        private readonly world: World,
        private readonly deps: EventSourcesDeps,
    ) {}

    async start(): Promise<void> {
        const { store, faults } = this.world;
        store.list(eventSourceMappingType).forEach((resource) => this.#keep(resource));
        store.on("change", this.#follow);
        faults.on("change", this.#refresh);
        this.#stops = [
            () => store.off("change", this.#follow),
            () => faults.off("change", this.#refresh),
            ...this.deps.sources.map((source) => source.onChange(this.#onStream)),
        ];
    }

    async stop(): Promise<void> {
        this.#stops.splice(0).forEach((stop) => stop());
        this.#mappings.forEach((mapping) => mapping.stop());
        this.#mappings.clear();
    }

    /** Every mapping, by region and function. */
    statuses(): readonly MappingStatus[] {
        return [...this.#mappings.values()]
            .map((mapping) => {
                const { id, region, streamArn, functionArn } = mapping.definition;
                const problem = this.#problems.get(id);
                return {
                    id,
                    region,
                    streamArn,
                    functionArn,
                    lagMs: mapping.lagMs,
                    pending: mapping.pending,
                    givenUp: this.#givenUp.get(id) ?? 0,
                    ...(problem === undefined ? {} : { problem }),
                };
            })
            .sort((a, b) => (a.functionArn < b.functionArn ? -1 : 1));
    }

    #keep(resource: StoredResource): void {
        const definition = mappingDefinition(resource);
        const mapping = this.#mappings.get(definition.id);
        if (mapping === undefined) {
            this.#mappings.set(definition.id, this.#create(definition));
        } else {
            mapping.replace(definition);
        }
    }

    #create(definition: MappingDefinition): Mapping {
        const source = this.#sourceOf(definition);
        const current = (): MappingDefinition =>
            this.#mappings.get(definition.id)?.definition ?? definition;
        return new Mapping(definition, {
            clock: this.world.clock,
            source,
            regionLost: () => this.world.faults.blackedOut(definition.region),
            refuseUnreadable: () =>
                source.refuseUnreadable(definition.streamArn, this.#roleOf(current())),
            invoke: (shardId, records) => this.#invoke(current(), shardId, records),
            giveUp: (shardId, records, condition, invocations) =>
                this.#giveUp(current(), shardId, records, condition, invocations),
            onProblem: (problem) => this.#note(current(), problem),
        });
    }

    async #invoke(
        definition: MappingDefinition,
        shardId: string,
        records: readonly StreamRecord[],
    ): Promise<BatchEnding> {
        const { functionArn, streamArn, region } = definition;
        const { clock, journal } = this.world;
        const roleArn = this.#roleOf(definition) ?? "";
        this.#reportAge(definition, records);
        let ending: Ending;
        try {
            const source = this.#sourceOf(definition);
            ending = await this.deps.invoke(functionArn, {
                Records: records.map((record) =>
                    source.eventRecord(record, { streamArn, shardId, roleArn }),
                ),
            });
        } catch (error) {
            this.#note(definition, error);
            return { kind: "not-run" };
        }
        const failed = !ending.ok;
        journal.add({
            atMs: clock.now(),
            caller: "lambda.amazonaws.com",
            plane: "data",
            service: "lambda",
            action: "Invoke",
            region,
            outcome: failed ? "failed" : "ok",
        });
        if (!ending.ok) {
            return { kind: notRun.test(ending.error.errorType) ? "not-run" : "failed" };
        }
        const first = definition.reportsFailures
            ? firstFailure(ending.result, records)
            : records.length;
        return first === records.length
            ? { kind: "done" }
            : first === 0
              ? { kind: "failed" }
              : { kind: "partly", firstFailed: first };
    }

    /** Age of a batch's last record: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
    #reportAge({ region, functionArn }: MappingDefinition, records: readonly StreamRecord[]): void {
        const nowMs = this.world.clock.now();
        this.deps.metrics.put({
            region,
            namespace: "AWS/Lambda",
            metric: "IteratorAge",
            dimensions: { FunctionName: functionArn.split(":").pop() ?? "" },
            value: nowMs - (records.at(-1)?.arrivalMs ?? nowMs),
        });
    }

    #giveUp(
        definition: MappingDefinition,
        shardId: string,
        records: readonly StreamRecord[],
        condition: GivenUp,
        invocations: number,
    ): void {
        const { id, functionArn, streamArn, region, onFailureArn } = definition;
        this.#givenUp.set(id, (this.#givenUp.get(id) ?? 0) + records.length);
        if (onFailureArn === undefined) {
            return;
        }
        const body = JSON.stringify(
            failureRecord(records, {
                condition,
                invocations,
                functionArn,
                streamArn,
                batchInfo: this.#sourceOf(definition).batchInfo,
                shardId,
                nowMs: this.world.clock.now(),
                requestId: randomUUID(),
            }),
        );
        const action = onFailureArn.split(":")[2] === "sns" ? "sns:Publish" : "sqs:SendMessage";
        const role = this.#roleOf(definition);
        try {
            if (!roleAllows(this.world, role, "lambda.amazonaws.com", action, onFailureArn)) {
                throw new AwsError(
                    "AccessDenied",
                    `the role ${role} of the mapping's function does not allow ${action} on ${onFailureArn}`,
                    403,
                );
            }
            refuseUnreachable(this.world, region, regionOf(onFailureArn));
            this.deps.handOver(onFailureArn, body);
        } catch (error) {
            this.deps.failures.add(functionArn, onFailureArn, error);
        }
    }

    #note({ id, streamArn, functionArn }: MappingDefinition, problem: unknown): void {
        if (problem === undefined) {
            this.#problems.delete(id);
            return;
        }
        const reason = problem instanceof Error ? problem.message : "it cannot be read";
        if (this.#problems.get(id) !== reason) {
            this.#problems.set(id, reason);
            this.deps.failures.add(streamArn, functionArn, problem);
        }
    }

    #sourceOf({ streamArn }: MappingDefinition): PolledSource {
        const service = streamArn.split(":")[2];
        const source = this.deps.sources.find((one) => one.service === service);
        if (source === undefined) {
            throw new RangeError(`nobody polls ${streamArn}`);
        }
        return source;
    }

    #roleOf({ functionArn, region }: MappingDefinition): string | undefined {
        const found = this.world.store
            .list(functionType, region)
            .find(({ outputs }) => text(outputs, "arn") === functionArn);
        return text(found?.outputs, "role");
    }

    readonly #follow = ({ kind, resource }: StoreChange): void => {
        if (resource.type !== eventSourceMappingType) {
            return;
        }
        if (kind === "put") {
            this.#keep(resource);
        } else {
            this.#mappings.get(resource.id)?.stop();
            this.#mappings.delete(resource.id);
        }
    };

    readonly #refresh = (): void => this.#mappings.forEach((mapping) => mapping.refresh());

    readonly #onStream = (arn: string): void => {
        for (const mapping of this.#mappings.values()) {
            if (mapping.definition.streamArn === arn) {
                mapping.refresh();
            }
        }
    };
}
