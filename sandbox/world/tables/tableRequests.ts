import type { Props } from "../store";

interface KeyElement {
    readonly AttributeName: string;
    readonly KeyType: "HASH" | "RANGE";
}

interface ThroughputRequest {
    readonly ReadCapacityUnits: number;
    readonly WriteCapacityUnits: number;
}

interface IndexRequest {
    readonly IndexName: string;
    readonly ProvisionedThroughput?: ThroughputRequest;
    readonly KeySchema: readonly KeyElement[];
    readonly Projection?: {
        readonly ProjectionType?: string;
        readonly NonKeyAttributes?: readonly string[];
    };
}

interface SettingsRequest {
    readonly AttributeDefinitions?: readonly {
        readonly AttributeName: string;
        readonly AttributeType: string;
    }[];
    readonly BillingMode?: string;
    readonly ProvisionedThroughput?: ThroughputRequest;
    readonly StreamSpecification?: {
        readonly StreamEnabled: boolean;
        readonly StreamViewType?: string;
    };
    readonly SSESpecification?: { readonly Enabled?: boolean; readonly KMSMasterKeyId?: string };
    readonly DeletionProtectionEnabled?: boolean;
}

export interface CreateTableRequest extends SettingsRequest {
    readonly TableName: string;
    readonly KeySchema: readonly KeyElement[];
    readonly GlobalSecondaryIndexes?: readonly IndexRequest[];
    readonly LocalSecondaryIndexes?: readonly IndexRequest[];
    readonly Tags?: unknown;
}

interface ReplicaRequest {
    readonly RegionName: string;
    readonly KMSMasterKeyId?: string;
}

export interface UpdateTableRequest extends SettingsRequest {
    readonly GlobalSecondaryIndexUpdates?: readonly {
        readonly Create?: IndexRequest;
        readonly Update?: {
            readonly IndexName: string;
            readonly ProvisionedThroughput?: ThroughputRequest;
        };
        readonly Delete?: { readonly IndexName: string };
    }[];
    readonly ReplicaUpdates?: readonly {
        readonly Create?: ReplicaRequest;
        readonly Update?: ReplicaRequest;
        readonly Delete?: { readonly RegionName: string };
    }[];
}

/** The table's properties in the account's shape. */
export function propsOfCreate(request: CreateTableRequest): Props {
    const local = request.LocalSecondaryIndexes?.map(indexProps);
    const global = request.GlobalSecondaryIndexes?.map(indexProps);
    return {
        name: request.TableName,
        billingMode: "PROVISIONED",
        ...keyProps(request.KeySchema),
        ...settingsProps(request),
        ...(global === undefined ? {} : { globalSecondaryIndexes: global }),
        ...(local === undefined ? {} : { localSecondaryIndexes: local }),
        ...(request.Tags === undefined ? {} : { tags: tagsOf(request.Tags) }),
    };
}

/** The properties after the update. */
export function propsOfUpdate(current: Props, request: UpdateTableRequest): Props {
    const indexes = new Map(
        ((current["globalSecondaryIndexes"] ?? []) as Props[]).map((one) => [one["name"], one]),
    );
    for (const { Create, Update, Delete } of request.GlobalSecondaryIndexUpdates ?? []) {
        if (Delete !== undefined) {
            indexes.delete(Delete.IndexName);
        }
        if (Create !== undefined) {
            indexes.set(Create.IndexName, indexProps(Create));
        }
        const changed = Update === undefined ? undefined : indexes.get(Update.IndexName);
        if (Update !== undefined && changed !== undefined) {
            indexes.set(Update.IndexName, {
                ...changed,
                ...throughputProps(Update.ProvisionedThroughput),
            });
        }
    }
    const replicas = new Map(
        ((current["replicas"] ?? []) as Props[]).map((one) => [one["regionName"], one]),
    );
    for (const { Create, Update, Delete } of request.ReplicaUpdates ?? []) {
        const put = Create ?? Update;
        if (Delete !== undefined) {
            replicas.delete(Delete.RegionName);
        }
        if (put !== undefined) {
            replicas.set(put.RegionName, {
                ...replicas.get(put.RegionName),
                regionName: put.RegionName,
                ...(put.KMSMasterKeyId === undefined ? {} : { kmsKeyArn: put.KMSMasterKeyId }),
            });
        }
    }
    return {
        ...current,
        ...settingsProps(request),
        ...(indexes.size > 0 || "globalSecondaryIndexes" in current
            ? { globalSecondaryIndexes: [...indexes.values()] }
            : {}),
        ...(replicas.size > 0 || "replicas" in current ? { replicas: [...replicas.values()] } : {}),
    };
}

/** Tags as a map; the API has them as a list. */
export function tagsOf(tags: unknown): Readonly<Record<string, string>> {
    const list = (tags ?? []) as readonly { readonly Key: string; readonly Value: string }[];
    return Object.fromEntries(list.map(({ Key, Value }) => [Key, Value]));
}

function settingsProps(request: SettingsRequest): Props {
    const {
        AttributeDefinitions: attributes,
        ProvisionedThroughput: capacity,
        StreamSpecification: stream,
        SSESpecification: encryption,
    } = request;
    return {
        ...(attributes === undefined
            ? {}
            : {
                  attributes: attributes.map(({ AttributeName, AttributeType }) => ({
                      name: AttributeName,
                      type: AttributeType,
                  })),
              }),
        ...(request.BillingMode === undefined ? {} : { billingMode: request.BillingMode }),
        ...throughputProps(capacity),
        ...(stream === undefined
            ? {}
            : {
                  streamEnabled: stream.StreamEnabled,
                  ...(stream.StreamViewType === undefined
                      ? {}
                      : { streamViewType: stream.StreamViewType }),
              }),
        ...(encryption === undefined
            ? {}
            : {
                  serverSideEncryption: {
                      enabled: encryption.Enabled === true,
                      ...(encryption.KMSMasterKeyId === undefined
                          ? {}
                          : { kmsKeyArn: encryption.KMSMasterKeyId }),
                  },
              }),
        ...(request.DeletionProtectionEnabled === undefined
            ? {}
            : { deletionProtectionEnabled: request.DeletionProtectionEnabled }),
    };
}

function keyProps(schema: readonly KeyElement[]): Props {
    const range = schema.find(({ KeyType }) => KeyType === "RANGE")?.AttributeName;
    return {
        hashKey: schema.find(({ KeyType }) => KeyType === "HASH")?.AttributeName,
        ...(range === undefined ? {} : { rangeKey: range }),
    };
}

function throughputProps(capacity: ThroughputRequest | undefined): Props {
    return capacity === undefined
        ? {}
        : {
              readCapacity: capacity.ReadCapacityUnits,
              writeCapacity: capacity.WriteCapacityUnits,
          };
}

function indexProps(index: IndexRequest): Props {
    const { ProjectionType, NonKeyAttributes } = index.Projection ?? {};
    return {
        name: index.IndexName,
        ...keyProps(index.KeySchema),
        ...throughputProps(index.ProvisionedThroughput),
        projectionType: ProjectionType ?? "ALL",
        ...(NonKeyAttributes === undefined ? {} : { nonKeyAttributes: NonKeyAttributes }),
    };
}
