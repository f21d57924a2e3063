import path from "node:path";

import type { Inside } from "../inside/inside";
import type { StoreChange, StoredResource } from "../store";
import type { Targets } from "../targets";
import type { Part, World } from "../world";
import { Images, type ImageSources } from "./images";
import { ServiceTasks } from "./serviceTasks";
import { TaskProcess } from "./taskProcess";
import { serviceArnOf, TaskSpecError, taskSpecOf, type TaskSpec } from "./taskSpec";

export interface TasksOptions {
    readonly targets: Targets;
    readonly inside: Inside;
    readonly images: ImageSources;
}

const serviceType = "aws:ecs/service:Service";
/** Types that say what a service runs. */
const types: readonly string[] = [
    serviceType,
    "aws:ecs/taskDefinition:TaskDefinition",
    "aws:appautoscaling/target:Target",
];
/** How closely processes follow the world's jumps, real milliseconds. */
const timeStepMs = 10;
/** What ECS waits for when nothing says otherwise, seconds. */
const defaultDeregistrationDelay = 300;

/** The containers of every region's ECS services, as processes of this machine. */
export class Tasks implements Part {
    readonly #images: Images;
    readonly #services = new Map<string, ServiceTasks>();
    /** Services that are deleted and still drain. */
    readonly #leaving = new Set<ServiceTasks>();
    #launched = 0;
    #timePending: NodeJS.Timeout | undefined;
    readonly #onChange = ({ resource }: StoreChange): void => {
        if (types.includes(resource.type)) {
            this.#refresh();
        }
    };
    readonly #onShift = (): void => {
        this.#timePending ??= setTimeout(() => {
            this.#timePending = undefined;
            this.#tellTime();
        }, timeStepMs);
    };
    readonly #onExit = (): void => {
        for (const service of this.#everything()) {
            service.processes.forEach((task) => task.kill());
        }
    };

    constructor(
        private readonly world: World,
        private readonly options: TasksOptions,
    ) {
        this.#images = new Images(options.images, path.join(world.home, "images"));
    }

    async start(): Promise<void> {
        this.world.store.on("change", this.#onChange);
        this.world.clock.on("jump", this.#onShift);
        this.world.clock.on("lag", this.#onShift);
        process.once("exit", this.#onExit);
        this.#refresh();
    }

    async stop(): Promise<void> {
        this.world.store.off("change", this.#onChange);
        this.world.clock.off("jump", this.#onShift);
        this.world.clock.off("lag", this.#onShift);
        clearTimeout(this.#timePending);
        await Promise.all(this.#everything().map((service) => service.stop()));
        process.off("exit", this.#onExit);
    }

    /**
     * Resolves once the service's newest revision runs and its load balancers find it healthy.
     *
     * @throws Error when there is no such service, or its deployment has failed
     */
    async steady(serviceArn: string): Promise<void> {
        const service = this.#services.get(serviceArn);
        if (service === undefined) {
            throw new Error(`service ${serviceArn} does not exist`);
        }
        await service.steady();
    }

    /** Resolves once every service is steady. */
    async allSteady(): Promise<void> {
        await Promise.all([...this.#services.values()].map((service) => service.steady()));
    }

    /** Tasks the service runs; its one process stands for all of them. */
    runningCount(serviceArn: string): number {
        return this.#services.get(serviceArn)?.runningCount ?? 0;
    }

    /** Why the service's last process failed, for people. */
    lastFailure(serviceArn: string): string | undefined {
        return this.#services.get(serviceArn)?.lastFailure;
    }

    /** Processes of the service that exist now. */
    processes(serviceArn: string): readonly TaskProcess[] {
        return this.#services.get(serviceArn)?.processes ?? [];
    }

    #refresh(): void {
        const { store } = this.world;
        const wanted = new Map(
            store
                .list(serviceType)
                .map((service) => [serviceArnOf(service), this.#specOf(service)] as const),
        );
        for (const [arn, service] of this.#services) {
            if (!wanted.has(arn)) {
                service.want(undefined);
                this.#services.delete(arn);
                this.#leaving.add(service);
                void service.done.then(() => this.#leaving.delete(service));
            }
        }
        for (const [arn, spec] of wanted) {
            const service = this.#services.get(arn);
            if (service === undefined) {
                this.#services.set(arn, this.#serve(spec));
            } else {
                service.want(spec);
            }
        }
    }

    #specOf(service: StoredResource): TaskSpec | TaskSpecError {
        try {
            return taskSpecOf(this.world.store, service);
        } catch (error) {
            return error instanceof TaskSpecError
                ? error
                : new TaskSpecError(`service ${service.id}: ${(error as Error).message}`);
        }
    }

    #serve(spec: TaskSpec | TaskSpecError): ServiceTasks {
        return new ServiceTasks(
            this.world,
            {
                targets: this.options.targets,
                deregistrationDelayMs: (groupArn) => this.#deregistrationDelayMs(groupArn),
                spawn: (wanted) => this.#spawn(wanted),
            },
            spec,
        );
    }

    async #spawn(spec: TaskSpec): Promise<TaskProcess> {
        const { network, home, clock } = this.world;
        const command = await clock.io(() => this.#images.command(spec.image));
        const address = network.taskAddress(spec.region, `task-${this.#launched++}`);
        const task = new TaskProcess(this.world, {
            spec,
            command,
            address,
            inside: this.options.inside,
            logFile: path.join(home, "logs", `${spec.serviceName}-${spec.region}.log`),
        });
        void task.exited.then(() => network.releaseAddress(address));
        return task;
    }

    #deregistrationDelayMs(groupArn: string): number {
        const group = this.world.store.find(
            "aws:lb/targetGroup:TargetGroup",
            ({ outputs }) => outputs["arn"] === groupArn,
        );
        return Number(group?.outputs["deregistrationDelay"] ?? defaultDeregistrationDelay) * 1000;
    }

    #everything(): readonly ServiceTasks[] {
        return [...this.#services.values(), ...this.#leaving];
    }

    #tellTime(): void {
        for (const service of this.#everything()) {
            service.processes.forEach((task) => task.setTime(this.options.inside.offsetMs));
        }
    }
}
