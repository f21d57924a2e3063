import { readGlobalConfig, readRegionConfig } from "../../../infra/config";
import { deployGlobal } from "../../../infra/globalStack";
import { deployRegion } from "../../../infra/regionStack";
import { globalStack, regionNames, topologyOf, type EstateName } from "../../../infra/topology";
import {
    type Registration,
    type Registrations,
    setMocks,
    settled,
    valueOf,
} from "../../support/mocks";
import { stackSettings } from "../../support/stackFiles";
import { type Given, unknown } from "./judge";

/** What each stack of an estate registers, by the stack's own file; the global one reads the others' outputs. */
export async function ownStacks(estate: EstateName): Promise<ReadonlyMap<string, Registrations>> {
    const topology = topologyOf(estate);
    const stacks = new Map<string, Registrations>();
    const stackOutputs: Record<string, object> = {};
    for (const region of regionNames(topology)) {
        const registered = await setMocks({ stack: region, region, state: awsShaped(region) });
        const config = readRegionConfig(region, topology, stackSettings(estate, region));
        const outputs = deployRegion(config, topology);
        await settled();
        stackOutputs[region] = await valueOf({ ...outputs });
        stacks.set(region, registered);
    }
    const registered = await setMocks({ stack: globalStack, region: "eu-central-1", stackOutputs });
    const settings = stackSettings(estate, globalStack);
    const outputs = deployGlobal(readGlobalConfig(globalStack, topology, settings), topology);
    await settled();
    registered.all.push(await rootOf(globalStack, { ...outputs }));
    return stacks.set(globalStack, registered);
}

/** A stack's root resource, which has the stack's outputs; a policy is shown it, and the mocks are not. */
async function rootOf(name: string, outputs: object): Promise<Registration> {
    return {
        type: "pulumi:pulumi:Stack",
        name,
        inputs: {},
        outputs: (await valueOf(outputs)) as Record<string, unknown>,
        custom: true,
        options: {
            parent: "",
            protect: false,
            retainOnDelete: false,
            ignoreChanges: [],
            provider: "",
            dependsOn: [],
            propertyDependencies: {},
        },
    };
}

/** What a rule is given of a resource: its inputs before it is made, what it has become afterwards. */
export interface Seen {
    readonly inputs: Given;
    readonly outputs: Given;
}

/** After an update. */
export function seenInUpdate(of: Registrations): readonly Seen[] {
    return of.all
        .filter(({ custom }) => custom)
        .map((resource) => ({
            inputs: given(of, resource, resource.inputs),
            outputs: given(of, resource, { id: `${resource.name}-id`, ...resource.outputs }),
        }));
}

/** A first preview at its worst: whatever comes from another resource, or from AWS, is not known. */
export function seenInPreview(of: Registrations): readonly Seen[] {
    return seenInUpdate(of).map(({ inputs, outputs }) => {
        const hide = (props: Record<string, unknown>): Record<string, unknown> =>
            Object.fromEntries(
                Object.entries(props).map(([name, value]) => [
                    name,
                    name in inputs.props && (inputs.from?.[name] ?? []).length === 0
                        ? value
                        : unknown,
                ]),
            );
        return {
            inputs: { ...inputs, props: hide(inputs.props) },
            outputs: { ...outputs, props: hide(outputs.props) },
        };
    });
}

function given(of: Registrations, resource: Registration, props: object): Given {
    return {
        type: resource.type,
        name: resource.name,
        urn: of.urnOf(resource),
        props: { ...props },
        from: resource.options.propertyDependencies,
    };
}

/** ARNs that a component reads more out of than that they differ. */
function awsShaped(region: string) {
    const prefix = (service: string) => `arn:aws:${service}:${region}:111122223333:`;
    return (type: string, name: string): object | undefined => {
        switch (type) {
            case "aws:kms/key:Key":
                return { arn: `${prefix("kms")}key/${name}` };
            case "aws:lb/loadBalancer:LoadBalancer":
                return { arn: `${prefix("elasticloadbalancing")}loadbalancer/app/${name}/1` };
            default:
                return undefined;
        }
    };
}
