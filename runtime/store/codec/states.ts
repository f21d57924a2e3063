import type { AttributeValue } from "@aws-sdk/client-dynamodb";

import type { BoundedCounter } from "../../consistency/crdt/boundedCounter";
import type { Json, LwwRegister } from "../../consistency/crdt/lwwRegister";
import type { Contribution, OrMap } from "../../consistency/crdt/orMap";
import type { PnCounter } from "../../consistency/crdt/pnCounter";
import type { RegisterMap } from "../../consistency/crdt/registerMap";
import type { TombstoneSet } from "../../consistency/crdt/tombstoneSet";
import { CausalContext } from "../../consistency/causalContext";
import { checkReplica } from "../../consistency/replica";
import { parseDot } from "../../consistency/dottedVersion";
import { formatTimestamp, parseTimestamp } from "../../consistency/hybridClock";
import { VersionVector } from "../../consistency/versionVector";
import {
    counterAttributes,
    countersOf,
    MalformedStateError,
    onlyFields,
    textAttributes,
    textOf,
    textsOf,
    mapOf,
} from "./fields";
import type { AttributeMap } from "./itemSize";

/**
 * A state as attributes and back. `decode` takes what `encode` makes and nothing else: a state that is
 * half understood, merged and written back would carry the damage to every region.
 */
export interface StateCodec<S> {
    encode(state: S): AttributeMap;
    /** @throws Error that says what is wrong */
    decode(attributes: AttributeMap): S;
}

/** `lines` are lists of key and amount by dot, and `true` after what was set; `heard` a vector, and `beyond` what comes after a gap in it. */
export const orMapCodec: StateCodec<OrMap> = {
    encode: ({ lines, heard }) => {
        const stored: AttributeMap = {};
        for (const [dot, { key, amount, isSet }] of lines) {
            const contribution: AttributeValue[] = [{ S: key }, { N: String(amount) }];
            if (isSet === true) {
                contribution.push({ BOOL: true });
            }
            stored[dot] = { L: contribution };
        }
        return {
            lines: { M: stored },
            heard: { S: heard.vector.toString() },
            beyond: textAttributes(heard.beyond),
        };
    },
    decode: (attributes) => {
        onlyFields(attributes, ["lines", "heard", "beyond"]);
        const heard = contextOf(textOf(attributes, "heard"), textsOf(attributes, "beyond"));
        const lines = new Map<string, Contribution>();
        for (const [dot, value] of Object.entries(mapOf(attributes, "lines"))) {
            parseDot(dot);
            const [key, amount, isSet, ...more] = value.L ?? [];
            const contribution: Contribution = {
                key: key?.S ?? "",
                amount: Number(amount?.N),
                ...(isSet?.BOOL === true ? { isSet: true } : {}),
            };
            if (
                contribution.key === "" ||
                !Number.isSafeInteger(contribution.amount) ||
                (isSet !== undefined && (isSet.BOOL !== true || contribution.amount < 1)) ||
                more.length > 0
            ) {
                throw new MalformedStateError(
                    `its line ${dot} is ${JSON.stringify(value)}: it must be a list of a key and an integer, with true after it if it was set to 1 or more`,
                );
            }
            if (!heard.has(dot)) {
                throw new MalformedStateError(`it has the line ${dot} without having heard of it`);
            }
            lines.set(dot, contribution);
        }
        return { lines, heard };
    },
};

/** `granted` and `used` are counters by region, `transferred` by `<from>/<to>`. */
export const boundedCounterCodec: StateCodec<BoundedCounter> = {
    encode: ({ granted, transferred, used }) => ({
        granted: counterAttributes(granted),
        transferred: counterAttributes(transferred),
        used: counterAttributes(used),
    }),
    decode: (attributes) => {
        onlyFields(attributes, ["granted", "transferred", "used"]);
        const [granted, transferred, used] = ["granted", "transferred", "used"].map((name) =>
            countersOf(attributes, name),
        ) as [
            ReadonlyMap<string, number>,
            ReadonlyMap<string, number>,
            ReadonlyMap<string, number>,
        ];
        [...granted.keys(), ...used.keys()].forEach(checkReplica);
        for (const pair of transferred.keys()) {
            const ends = pair.split("/");
            ends.forEach(checkReplica);
            if (ends.length !== 2) {
                throw new MalformedStateError(
                    `it has a transfer ${JSON.stringify(pair)}: it must be <from>/<to>`,
                );
            }
        }
        return { granted, transferred, used };
    },
};

/** By field, a list of the value as JSON, the timestamp and the region. */
export const registerMapCodec: StateCodec<RegisterMap> = {
    encode: (map) => ({
        fields: {
            M: Object.fromEntries(
                [...map].map(([field, { value, at, replica }]) => [
                    field,
                    textAttributes([JSON.stringify(value), formatTimestamp(at), replica]),
                ]),
            ),
        },
    }),
    decode: (attributes) => {
        onlyFields(attributes, ["fields"]);
        const fields = mapOf(attributes, "fields");
        return new Map(
            Object.keys(fields).map((field): [string, LwwRegister<Json>] => {
                const [value, at, replica, ...more] = textsOf(fields, field);
                if (value === undefined || at === undefined || replica === undefined || more[0]) {
                    throw new MalformedStateError(
                        `its field ${JSON.stringify(field)} is ${JSON.stringify(fields[field])}: it must be a list of a value, a timestamp and a region`,
                    );
                }
                checkReplica(replica);
                return [
                    field,
                    { value: JSON.parse(value) as Json, at: parseTimestamp(at), replica },
                ];
            }),
        );
    },
};

/** `added` and `removed` are counters by region. */
export const pnCounterCodec: StateCodec<PnCounter> = {
    encode: ({ added, removed }) => ({
        added: counterAttributes(added),
        removed: counterAttributes(removed),
    }),
    decode: (attributes) => {
        onlyFields(attributes, ["added", "removed"]);
        const added = countersOf(attributes, "added");
        const removed = countersOf(attributes, "removed");
        [...added.keys(), ...removed.keys()].forEach(checkReplica);
        return { added, removed };
    },
};

/**
 * `added` are elements by dot, `tombstones` lists of the dots removed by the dot of the removal, `heard` and
 * `beyond` as those of a cart, `acknowledged` vectors by region.
 */
export const tombstoneSetCodec: StateCodec<TombstoneSet> = {
    encode: ({ added, tombstones, heard, acknowledged }) => ({
        added: { M: Object.fromEntries([...added].map(([dot, element]) => [dot, { S: element }])) },
        tombstones: {
            M: Object.fromEntries(
                [...tombstones].map(([dot, targets]) => [dot, textAttributes(targets)]),
            ),
        },
        heard: { S: heard.vector.toString() },
        beyond: textAttributes(heard.beyond),
        acknowledged: {
            M: Object.fromEntries(
                [...acknowledged].map(([replica, vector]) => [replica, { S: vector.toString() }]),
            ),
        },
    }),
    decode: (attributes) => {
        onlyFields(attributes, ["added", "tombstones", "heard", "beyond", "acknowledged"]);
        const heard = contextOf(textOf(attributes, "heard"), textsOf(attributes, "beyond"));
        const checkHeard = (dot: string): void => {
            parseDot(dot);
            if (!heard.has(dot)) {
                throw new MalformedStateError(`it has the dot ${dot} without having heard of it`);
            }
        };
        const additions = mapOf(attributes, "added");
        const added = new Map(Object.keys(additions).map((dot) => [dot, textOf(additions, dot)]));
        const removals = mapOf(attributes, "tombstones");
        const tombstones = new Map(
            Object.keys(removals).map((dot) => [dot, textsOf(removals, dot)]),
        );
        [...added.keys(), ...tombstones.keys()].forEach(checkHeard);
        for (const [dot, targets] of tombstones) {
            targets.forEach(parseDot);
            const target = targets.find((one) => added.has(one));
            if (targets.length === 0 || target !== undefined) {
                throw new MalformedStateError(
                    target === undefined
                        ? `its tombstone ${dot} removes nothing`
                        : `it has ${target}, which its tombstone ${dot} removes`,
                );
            }
        }
        const vectors = mapOf(attributes, "acknowledged");
        const acknowledged = new Map(
            Object.keys(vectors).map((replica) => {
                checkReplica(replica);
                return [replica, VersionVector.parse(textOf(vectors, replica))];
            }),
        );
        return { added, tombstones, heard, acknowledged };
    },
};

function contextOf(vector: string, beyond: readonly string[]): CausalContext {
    return CausalContext.from(VersionVector.parse(vector), beyond);
}
