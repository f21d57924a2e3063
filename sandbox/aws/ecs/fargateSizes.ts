/** Memory a Fargate task may have, MiB, by its CPU units. */
interface MemoryRange {
    readonly from: number;
    readonly to: number;
    readonly step: number;
}

const gib = 1024;

/** @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size */
const sizes: Readonly<Record<number, readonly number[] | MemoryRange>> = {
    256: [512, 1 * gib, 2 * gib],
    512: { from: 1 * gib, to: 4 * gib, step: gib },
    1024: { from: 2 * gib, to: 8 * gib, step: gib },
    2048: { from: 4 * gib, to: 16 * gib, step: gib },
    4096: { from: 8 * gib, to: 30 * gib, step: gib },
    8192: { from: 16 * gib, to: 60 * gib, step: 4 * gib },
    16384: { from: 32 * gib, to: 120 * gib, step: 8 * gib },
};

/** Whether Fargate runs tasks of this size. */
export function isFargateSize(cpuUnits: number, memoryMib: number): boolean {
    const allowed = sizes[cpuUnits];
    if (allowed === undefined) {
        return false;
    }
    return "from" in allowed
        ? memoryMib >= allowed.from &&
              memoryMib <= allowed.to &&
              (memoryMib - allowed.from) % allowed.step === 0
        : allowed.includes(memoryMib);
}

/** CPU units (`"256"`, `".25 vCPU"`) as a number. */
export function cpuUnits(value: string): number | undefined {
    const match = /^(\d*\.?\d+)\s*(vcpu)?$/i.exec(value.trim());
    return match === null ? undefined : Number(match[1]) * (match[2] === undefined ? 1 : 1024);
}

/** Memory (`"512"`, `"1 GB"`) in MiB. */
export function memoryMib(value: string): number | undefined {
    const match = /^(\d*\.?\d+)\s*(gb)?$/i.exec(value.trim());
    return match === null ? undefined : Number(match[1]) * (match[2] === undefined ? 1 : gib);
}
