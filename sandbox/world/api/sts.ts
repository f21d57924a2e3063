import type { World } from "../world";
import { notImplemented, xmlResponse } from "./errors";
import type { ApiHandler, ApiRequest, ApiResponse } from "./handler";
import { actionOf } from "./server";

/** STS, as far as it says who is calling: the account's administrator. */
export class StsApi implements ApiHandler {
    readonly service = "sts";
    readonly protocol = "query";

    constructor(private readonly world: World) {}

    describe(request: ApiRequest): { action: string; plane: "data" } {
        // STS answers in every region by itself:
        // https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/global-services.html
        return { action: actionOf(request), plane: "data" };
    }

    async handle(request: ApiRequest): Promise<ApiResponse> {
        const action = actionOf(request);
        if (action !== "GetCallerIdentity") {
            throw notImplemented("sts", action);
        }
        const { accountId } = this.world;
        return xmlResponse(
            `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>` +
                `<Arn>arn:aws:iam::${accountId}:user/rehearsal</Arn><UserId>AIDAREHEARSALCLOUD00</UserId><Account>${accountId}</Account>` +
                `</GetCallerIdentityResult></GetCallerIdentityResponse>`,
        );
    }
}
