import * as aws from "@pulumi/aws";

const replicas: Record<string, { readonly units: number; readonly least: number }> = {
    "us-east-1": { units: 1000, least: 100 },
    "eu-west-1": { units: 1000, least: 100 },
    "ap-south-1": { units: 500, least: 50 },
};

export interface TableDifferences {
    readonly units: Pick<aws.dynamodb.TableArgs, "readCapacity" | "writeCapacity">;
    readonly key: { readonly kmsKeyArn?: string };
}

/** The boto3 call of the document that this project began with, as resources. */
export function declareSourceTable({ units, key }: TableDifferences): aws.dynamodb.Table {
    const table = new aws.dynamodb.Table("global", {
        name: "global",
        hashKey: "PK",
        attributes: [{ name: "PK", type: "S" }],
        billingMode: "PAY_PER_REQUEST",
        ...units,
        streamEnabled: true,
        streamViewType: "NEW_AND_OLD_IMAGES",
        serverSideEncryption: { enabled: true, ...key },
        replicas: Object.keys(replicas)
            .filter((region) => region !== "us-east-1")
            .map((regionName) => ({ regionName })),
    });

    for (const [region, { least }] of Object.entries(replicas)) {
        for (const kind of ["Read", "Write"]) {
            const target = new aws.appautoscaling.Target(`${kind}-${region}`, {
                region,
                serviceNamespace: "dynamodb",
                scalableDimension: `dynamodb:table:${kind}CapacityUnits`,
                resourceId: "table/global",
                minCapacity: least,
                maxCapacity: least * 100,
            });
            new aws.appautoscaling.Policy(`${kind}-${region}`, {
                region,
                policyType: "TargetTrackingScaling",
                serviceNamespace: target.serviceNamespace,
                scalableDimension: target.scalableDimension,
                resourceId: target.resourceId,
                targetTrackingScalingPolicyConfiguration: {
                    targetValue: 70,
                    predefinedMetricSpecification: {
                        predefinedMetricType: `DynamoDB${kind}CapacityUtilization`,
                    },
                },
            });
        }
    }

    return table;
}
