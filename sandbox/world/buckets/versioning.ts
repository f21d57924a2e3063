import { versioningType } from "../../aws/s3/buckets";
import type { World } from "../world";

/** Whether puts to the bucket keep the versions before. */
export function isVersioned(world: Pick<World, "store">, region: string, bucket: string): boolean {
    const configuration = world.store.get(versioningType, region, bucket)?.outputs[
        "versioningConfiguration"
    ] as { readonly status?: string } | undefined;
    return configuration?.status === "Enabled";
}
