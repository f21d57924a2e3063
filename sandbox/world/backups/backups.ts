import { randomUUID } from "node:crypto";

import { planType } from "../../aws/backup/plan";
import { selectionType } from "../../aws/backup/selection";
import { vaultType } from "../../aws/backup/vault";
import { keyOfCopy, tableIn, tableOfArn } from "../../aws/dynamodb/replicas";
import { number, record, records, text, texts } from "../../aws/support/known";
import type { FailedDeliveries } from "../deliveries";
import { onSchedule } from "../events/schedule";
import type { Props, StoreChange, StoredResource } from "../store";
import type { Part, World } from "../world";
import { lackingFor } from "./rolePermissions";

const dayMs = 24 * 3_600_000;

/** A backup of one region's copy of a table. */
export interface RecoveryPoint {
    readonly arn: string;
    readonly region: string;
    readonly vault: string;
    readonly tableArn: string;
    /** World time, milliseconds since the epoch. */
    readonly atMs: number;
    /** World time at which its lifecycle deletes it; undefined when it never does. */
    readonly untilMs: number | undefined;
    /** Items that it holds. */
    readonly items: number;
}

export interface BackupsDeps {
    /** Items of a table in a region, now. */
    readonly itemCount: (region: string, table: string) => number;
    readonly failures: FailedDeliveries;
}

/**
 * AWS Backup for tables: what the plans' rules are due to keep, kept in their vaults. It needs the
 * region, the table and a role that may; without one of them it keeps nothing, and says so among the
 * failures.
 */
export class Backups implements Part {
    readonly #points: RecoveryPoint[] = [];
    /** What stops a plan's schedules, by region and id. */
    readonly #plans = new Map<string, () => void>();

    constructor(
        private readonly world: World,
        private readonly deps: BackupsDeps,
    ) {}

    async start(): Promise<void> {
        const { store } = this.world;
        store.on("change", this.#follow);
        for (const resource of store.list(planType)) {
            this.#follow({ kind: "put", resource });
        }
    }

    async stop(): Promise<void> {
        this.world.store.off("change", this.#follow);
        for (const stop of this.#plans.values()) {
            stop();
        }
        this.#plans.clear();
    }

    /** What is kept now, oldest first; of one region, or of all. */
    recoveryPoints(region?: string): readonly RecoveryPoint[] {
        const nowMs = this.world.clock.now();
        return this.#points.filter(
            (point) =>
                (region === undefined || point.region === region) &&
                (point.untilMs === undefined || point.untilMs > nowMs),
        );
    }

    readonly #follow = ({ kind, resource }: StoreChange): void => {
        if (resource.type !== planType) {
            return;
        }
        const key = `${resource.region}|${resource.id}`;
        this.#plans.get(key)?.();
        this.#plans.delete(key);
        if (kind === "put") {
            const stops = records(resource.outputs, "rules").flatMap((rule) => {
                const schedule = text(rule, "schedule");
                return schedule === undefined
                    ? []
                    : [onSchedule(this.world.clock, schedule, () => this.#run(resource, rule))];
            });
            this.#plans.set(key, () => stops.forEach((stop) => stop()));
        }
    };

    #run(plan: StoredResource, rule: Props): void {
        const { store, faults } = this.world;
        if (faults.blackedOut(plan.region)) {
            return;
        }
        for (const { outputs, region } of store.list(selectionType, plan.region)) {
            if (text(outputs, "planId") !== plan.id) {
                continue;
            }
            for (const tableArn of texts(outputs, "resources")) {
                const why = this.#reason(region, text(outputs, "iamRoleArn") ?? "", tableArn);
                if (why === undefined) {
                    this.#keep(region, tableArn, rule);
                } else {
                    this.deps.failures.add(text(plan.outputs, "arn") ?? plan.id, tableArn, why);
                }
            }
        }
    }

    /** Why a backup of the table cannot be made; undefined when it can. */
    #reason(region: string, roleArn: string, tableArn: string): string | undefined {
        const { store } = this.world;
        const table = tableIn(tableOfArn(tableArn), { store, region });
        if (table === undefined) {
            return "there is no such table";
        }
        const keyArn = keyOfCopy(store, table, region);
        const lacking = lackingFor(this.world, roleArn, { tableArn, keyArn });
        return lacking === undefined ? undefined : `its role may not ${lacking}`;
    }

    #keep(region: string, tableArn: string, rule: Props): void {
        const { store, clock, accountId, journal } = this.world;
        const vault = store.get(vaultType, region, text(rule, "targetVaultName") ?? "");
        if (vault === undefined) {
            return;
        }
        const atMs = clock.now();
        const days = number(record(rule, "lifecycle"), "deleteAfter");
        this.#points.push({
            arn: `arn:aws:backup:${region}:${accountId}:recovery-point:${randomUUID()}`,
            region,
            vault: vault.id,
            tableArn,
            atMs,
            untilMs: days === undefined ? undefined : atMs + days * dayMs,
            items: this.deps.itemCount(region, tableOfArn(tableArn)),
        });
        journal.add({
            atMs,
            caller: `backup:${region}`,
            plane: "data",
            service: "dynamodb",
            action: "StartAwsBackupJob",
            region,
            outcome: "ok",
        });
        const recoveryPoints = this.recoveryPoints(region).filter(
            (point) => point.vault === vault.id,
        ).length;
        store.put({ ...vault, outputs: { ...vault.outputs, recoveryPoints } });
    }
}
