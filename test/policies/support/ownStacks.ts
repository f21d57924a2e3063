import { readGlobalConfig, readRegionConfig } from "../../../infra/config";
import { deployGlobal } from "../../../infra/globalStack";
import { deployRegion } from "../../../infra/regionStack";
import { globalStack, regionNames, topologyOf, type EstateName } from "../../../infra/topology";
import { type Registrations, setMocks, settled, valueOf } from "../../support/mocks";
import { stackSettings } from "../../support/stackFiles";

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
    deployGlobal(readGlobalConfig(globalStack, topology, settings), topology);
    await settled();
    return stacks.set(globalStack, registered);
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
