import type { Buckets } from "../buckets/buckets";
import { s3Request, type S3Request } from "../buckets/request";
import type { ApiCall, ApiHandler, ApiRequest, ApiResponse } from "./handler";

/** Where the operator's calls come from: an address set aside for documentation (RFC 5737). */
const operatorSourceIp = "192.0.2.1";

/** S3's API at the endpoints, path style or virtual-hosted. */
export class S3Api implements ApiHandler {
    readonly service = "s3";
    readonly protocol = "s3";

    constructor(private readonly buckets: Buckets) {}

    describe(request: ApiRequest): ApiCall {
        return this.buckets.operations.describe(parse(request));
    }

    async handle(request: ApiRequest): Promise<ApiResponse> {
        return this.buckets.operations.run(parse(request));
    }
}

function parse(request: ApiRequest): S3Request {
    return s3Request(request, operatorSourceIp);
}
