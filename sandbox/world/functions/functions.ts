import fs from "node:fs";
import path from "node:path";

import { build } from "esbuild";

import { AwsError } from "../../aws/awsError";
import { text } from "../../aws/support/known";
import { refuseUnreachable, regionOf, type FailedDeliveries } from "../deliveries";
import type { StoreChange, StoredResource } from "../store";
import type { FunctionInvoker, MetricSink, Part, World } from "../world";
import { AsynchronousInvocations } from "./asynchronous";
import { unpackCode } from "./code";
import {
    functionDefinition,
    functionType,
    runtimeEnvironment,
    type FunctionDefinition,
} from "./definition";
import { embeddedMetrics } from "./embeddedMetrics";
import { Instance, type Ending } from "./instance";
import { permits } from "./permits";
import { Pool } from "./pool";

/** Where a world's programs run; see `Inside`. */
export interface FunctionSurroundings {
    /** World time minus the machine's, milliseconds. */
    readonly offsetMs: number;
    workerVariables(region: string): Readonly<Record<string, string>>;
}

export interface FunctionsDeps {
    readonly metrics: MetricSink;
    readonly inside: FunctionSurroundings;
    readonly failures: FailedDeliveries;
    /** Hands a message to a queue or a topic for a function whose role allows it. @throws AwsError */
    readonly handOver: (targetArn: string, body: string) => void;
    /** The `node_modules` that has what the Lambda runtime provides. @default the project's */
    readonly modules?: string;
}

/** Lambda: the account's functions, run for real in workers of this process. */
export class Functions implements Part, FunctionInvoker {
    readonly #pools = new Map<string, Pool>();
    #bootstrap = "";
    readonly #asynchronous: AsynchronousInvocations;

    constructor(
        private readonly world: World,
        private readonly deps: FunctionsDeps,
    ) {
        this.#asynchronous = new AsynchronousInvocations(world, {
            ...deps,
            count: (definition, metric, value) => this.#count(definition, metric, value),
        });
    }

    async start(): Promise<void> {
        const { store, faults, clock, home } = this.world;
        this.#bootstrap = path.join(home, "functions", "bootstrap.js");
        await clock.io(() =>
            build({
                entryPoints: [path.join(__dirname, "bootstrap.ts")],
                outfile: this.#bootstrap,
                bundle: true,
                platform: "node",
                target: "node20",
                logLevel: "silent",
            }),
        );
        store.on("change", this.#follow);
        faults.on("change", this.#onFaults);
        faults.on("swallow", this.#onSwallow);
    }

    async stop(): Promise<void> {
        this.#asynchronous.stop();
        this.world.store.off("change", this.#follow);
        this.world.faults.off("change", this.#onFaults);
        this.world.faults.off("swallow", this.#onSwallow);
        const pools = [...this.#pools.values()];
        this.#pools.clear();
        await this.world.clock.io(() => Promise.all(pools.map((pool) => pool.stop())));
    }

    /**
     * Invokes as a service, asynchronously: what fails is tried again, then goes to the dead letter
     * queue or the failure destination.
     *
     * @throws AwsError when there is no such function, no permission for it, or its region is lost
     */
    invokeAsync(functionArn: string, payload: unknown, caller: string, sourceArn: string): void {
        const resource = this.#admitted(functionArn, caller, sourceArn);
        void this.#asynchronous.run(this.#pool(resource), payload);
    }

    /**
     * Invokes as a service and waits for the end.
     *
     * @throws AwsError as `invokeAsync` does
     */
    async invokeAs(
        functionArn: string,
        payload: unknown,
        caller: string,
        sourceArn: string,
    ): Promise<Ending> {
        this.#admitted(functionArn, caller, sourceArn);
        return this.invoke(functionArn, payload);
    }

    /** The function, for a service that may invoke it now; the call is recorded. @throws AwsError */
    #admitted(functionArn: string, caller: string, sourceArn: string): StoredResource {
        const resource = this.#resource(functionArn);
        refuseUnreachable(this.world, resource.region, resource.region);
        const allowed = permits(this.world, resource, { principal: caller, sourceArn });
        this.world.journal.add({
            atMs: this.world.clock.now(),
            caller,
            plane: "data",
            service: "lambda",
            action: "Invoke",
            region: resource.region,
            outcome: allowed ? "ok" : "refused",
        });
        if (!allowed) {
            throw new AwsError(
                "AccessDeniedException",
                `${caller} has no permission to invoke ${functionArn} for ${sourceArn}`,
                403,
            );
        }
        return resource;
    }

    /**
     * Invokes and waits, as somebody who may.
     *
     * @throws AwsError when there is no such function
     */
    async invoke(functionArn: string, payload: unknown): Promise<Ending> {
        const pool = this.#pool(this.#resource(functionArn));
        const untilMs = this.world.clock.now() + pool.definition.maximumAgeMs;
        const ending = await pool.run(payload, untilMs);
        return (
            ending ?? {
                ok: false,
                error: { errorType: "TooManyRequestsException", errorMessage: "Rate Exceeded." },
            }
        );
    }

    #pool(resource: StoredResource): Pool {
        const definition = functionDefinition(resource, this.world.store);
        let pool = this.#pools.get(definition.arn);
        if (pool === undefined) {
            pool = new Pool(this.world, definition, {
                create: (current) => this.#create(current),
                count: (current, metric, value) => this.#count(current, metric, value),
                offsetMs: () => this.deps.inside.offsetMs,
                unreserved: 4,
            });
            this.#pools.set(definition.arn, pool);
        } else {
            pool.replace(definition);
        }
        return pool;
    }

    #create(definition: FunctionDefinition): Instance {
        const { name, arn, memoryMb } = definition;
        return new Instance({
            bootstrap: this.#bootstrap,
            clock: this.world.clock,
            offsetMs: () => this.deps.inside.offsetMs,
            settings: {
                folder: unpackCode(
                    definition,
                    this.world.home,
                    this.deps.modules ?? path.resolve(__dirname, "../../../node_modules"),
                ),
                handler: definition.handler,
                functionArn: arn,
                functionName: name,
                memoryMb,
            },
            environment: this.#environment(definition),
            onOutput: (output) => this.#output(definition, output),
        });
    }

    #environment(definition: FunctionDefinition): Readonly<Record<string, string>> {
        const { network } = this.world;
        const { region } = definition;
        return {
            ...runtimeEnvironment(
                definition,
                `http://${network.apiAddress(region)}:${network.ports.api}`,
            ),
            ...this.deps.inside.workerVariables(region),
        };
    }

    #output({ name, region }: FunctionDefinition, output: string): void {
        const time = new Date(this.world.clock.now()).toISOString();
        const lines = output.split("\n").filter((line) => line.trim() !== "");
        for (const sample of lines.flatMap((line) => embeddedMetrics(line, region))) {
            this.deps.metrics.put(sample);
        }
        const file = path.join(this.world.home, "logs", `lambda-${region}-${name}.log`);
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.appendFileSync(file, lines.map((line) => `${time} ${line}\n`).join(""));
    }

    #resource(functionArn: string): StoredResource {
        const resource = this.world.store
            .list(functionType, regionOf(functionArn))
            .find(({ outputs }) => text(outputs, "arn") === functionArn);
        if (resource === undefined) {
            throw new AwsError(
                "ResourceNotFoundException",
                `Function not found: ${functionArn}`,
                404,
            );
        }
        return resource;
    }

    /** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
    #count({ region, name }: FunctionDefinition, metric: string, value: number): void {
        this.deps.metrics.put({
            region,
            namespace: "AWS/Lambda",
            metric,
            dimensions: { FunctionName: name },
            value,
        });
    }

    readonly #follow = ({ kind, resource }: StoreChange): void => {
        if (resource.type !== functionType) {
            return;
        }
        const arn = text(resource.outputs, "arn") ?? "";
        const pool = this.#pools.get(arn);
        if (kind === "put") {
            pool?.replace(functionDefinition(resource, this.world.store));
        } else if (pool !== undefined) {
            this.#pools.delete(arn);
            void this.world.clock.io(() => pool.stop());
        }
    };

    readonly #onSwallow = (address: string, port: number): void => {
        for (const pool of this.#pools.values()) {
            if (this.world.network.placeOf(address).region === pool.definition.region) {
                pool.swallow(port);
            }
        }
    };

    readonly #onFaults = (): void => {
        for (const pool of this.#pools.values()) {
            pool.stir();
            if (this.world.faults.blackedOut(pool.definition.region)) {
                void this.world.clock.io(() => pool.lose());
            } else {
                pool.pump();
            }
        }
    };
}
