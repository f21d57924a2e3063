/** Schema of the setting that says which region an update is about, for every rule that asks. */
export const impairedRegionSetting = {
    type: "string",
    default: "",
    description: "region that is being evacuated; empty: any",
} as const;
