import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";

/** Runs a conditional write. Returns whether its condition held; every other failure is thrown. */
export async function ifConditionHolds(write: () => Promise<unknown>): Promise<boolean> {
    try {
        await write();
        return true;
    } catch (error) {
        if (error instanceof ConditionalCheckFailedException) {
            return false;
        }
        throw error;
    }
}
