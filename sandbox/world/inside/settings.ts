/** What a program inside the world is told about its surroundings, before its first line runs. */
export interface InsideSettings {
    /** Address that everything the program sends leaves from; places it in its region. */
    readonly egress: string;
    /** Address that "all interfaces" means to the program; without one it may not listen. */
    readonly address?: string;
    readonly dns: { readonly address: string; readonly port: number };
    /** World ports that stand for 443 and 80. */
    readonly ports: { readonly https: number; readonly http: number };
    /** File with the only certificate authority there is, PEM. */
    readonly caFile: string;
    /** World time minus the machine's, milliseconds. A function is told it with each invocation. */
    readonly offsetMs?: number;
}

/** Messages from the world to a process in it. */
export interface TimeMessage {
    readonly kind: "time";
    /** World time minus the machine's, milliseconds. */
    readonly offsetMs: number;
}

/** Messages from a process to the world. */
export interface ListeningMessage {
    readonly kind: "listening";
    /** Port the program asked for. */
    readonly asked: number;
    /** Port of its address that stands for it. */
    readonly port: number;
}

/** Environment variable that carries the settings; taken away before the program looks. */
export const settingsVariable = "REHEARSAL_INSIDE";

/** The machine's time with the fraction, the same in every process of the machine. */
export function machineNow(): number {
    return performance.timeOrigin + performance.now();
}
