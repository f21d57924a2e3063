import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";

export interface ProductMediaArgs {
    /** The region that pictures are put in; replication brings them to the others. */
    readonly region: string;
    /** Its media bucket. */
    readonly bucketName: pulumi.Input<string>;
    /** The bucket's replication rules: what is put before them is never replicated. */
    readonly after: readonly pulumi.Resource[];
    /** SVG by product. */
    readonly files: Readonly<Record<string, string>>;
}

/** The pictures of the products, under `products/<sku>.svg`, where the storefront looks for them. */
export class ProductMedia extends pulumi.ComponentResource {
    constructor(name: string, args: ProductMediaArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:ProductMedia", name, {}, opts);

        for (const [sku, content] of Object.entries(args.files)) {
            new s3.BucketObjectv2(
                `${name}-${sku}`,
                {
                    region: args.region,
                    bucket: args.bucketName,
                    key: `products/${sku}.svg`,
                    content,
                    contentType: "image/svg+xml",
                },
                // Deleting the resource would delete every version in one bucket and in no other. The
                // pictures go with the buckets, or by a marker that is replicated.
                { parent: this, retainOnDelete: true, dependsOn: [...args.after] },
            );
        }
        this.registerOutputs();
    }
}
