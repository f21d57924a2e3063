import { AwsError } from "../../aws/awsError";
import { refuseRole } from "../tables/access";
import { ConditionFailed } from "../tables/regionTables";
import type { Tables } from "../tables/tables";
import { TransactionCanceled } from "../tables/transaction";
import type { World } from "../world";
import { callerRole } from "./callerRole";
import { errorResponse, jsonResponse } from "./errors";
import type { ApiCall, ApiHandler, ApiRequest, ApiResponse } from "./handler";
import { actionOf } from "./server";

/** Actions on items; everything else is about tables. */
const itemAction = /^(Get|Put|Update|Delete|Batch\w+|Transact\w+)Items?$|^(Query|Scan)$/;

/** DynamoDB's API over the world's tables. */
export class DynamoDbApi implements ApiHandler {
    readonly service = "dynamodb";
    readonly protocol = "json";

    constructor(
        private readonly world: Pick<World, "store" | "accountId">,
        private readonly tables: Tables,
    ) {}

    describe(request: ApiRequest): ApiCall {
        const action = actionOf(request);
        return { action, plane: itemAction.test(action) ? "data" : "control" };
    }

    async handle(request: ApiRequest): Promise<ApiResponse> {
        let input: Readonly<Record<string, unknown>>;
        try {
            input = JSON.parse(request.body.toString("utf8") || "{}") as typeof input;
        } catch {
            throw new AwsError("SerializationException", "the body is not JSON");
        }
        const { region, headers } = request;
        const action = actionOf(request);
        refuseRole(this.world, { region, action, input, roleArn: callerRole(headers) });
        try {
            return jsonResponse(await this.tables.execute(region, action, input));
        } catch (error) {
            if (error instanceof ConditionFailed) {
                return withFields(error, { Item: error.item });
            }
            if (error instanceof TransactionCanceled) {
                return withFields(error, { CancellationReasons: error.reasons });
            }
            throw error;
        }
    }
}

function withFields(error: AwsError, fields: Readonly<Record<string, unknown>>): ApiResponse {
    const response = errorResponse(error, "json");
    return {
        ...response,
        body: JSON.stringify({ __type: error.code, message: error.message, ...fields }),
    };
}
