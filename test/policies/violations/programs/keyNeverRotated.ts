// Caught by encryption-key-rotation: data-us-east-1
// Caught by encryption-key-rotation: data-eu-west-1
import * as aws from "@pulumi/aws";

for (const region of ["us-east-1", "eu-west-1"] as const) {
    const provider = new aws.Provider(region, { region });
    const key = new aws.kms.Key(
        `data-${region}`,
        { description: `data in ${region}` },
        { provider },
    );
    new aws.kms.Alias(
        `data-${region}`,
        { name: "alias/data", targetKeyId: key.keyId },
        { provider },
    );
}
