export const region = "eu-west-1";
export const regions = ["ap-east-1", "ap-south-1", region, "us-east-1"];
export const table = "meridian";

/** The items of each of the two, of one length. */
function keysOf(who: "ours" | "bare") {
    return {
        cart: { pk: `CART#${who}`, sk: "CART" },
        stock: { pk: `STOCK#${who}`, sk: "STOCK" },
        profile: { pk: `PROFILE#${who}~${region}`, sk: "PROFILE" },
        cartOfOrders: who,
        order: (n: number) => ({ pk: `ORDER#${who}${n}~${region}`, sk: "ORDER" }),
    } as const;
}

export const keys = { ours: keysOf("ours"), bare: keysOf("bare") };
