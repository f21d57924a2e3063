// Caught by encryption-storage-customer-managed-key: nightly
import * as aws from "@pulumi/aws";

const vault = new aws.backup.Vault("nightly", { name: "nightly" });

new aws.backup.Plan("nightly", {
    name: "nightly",
    rules: [
        {
            ruleName: "nightly",
            targetVaultName: vault.name,
            schedule: "cron(0 3 * * ? *)",
            lifecycle: { deleteAfter: 35 },
        },
    ],
});
