import tseslint from "typescript-eslint";

/** Who may import whom: design.md's layering, kept by `npm run lint` and by test/imports.spec.ts. */
const layers = {
    infra: ["components"],
    components: [],
    policies: [],
    runtime: [],
    sandbox: [],
    automation: [
        "infra/topology",
        "infra/stackOutputs",
        "runtime/consistency/window",
        "runtime/store/reconcile/tables",
        "policies/resilience/unknown",
        ...["answers", "load", "locations", "plainResource", "recordTree", "regionStates"].map(
            (file) => `policies/resilience/routing/${file}`,
        ),
    ],
};

const folders = Object.keys(layers);

function importRule(folder, allowed) {
    const forbidden = folders.filter((other) => other !== folder);
    const patterns = forbidden.map((other) => ({
        regex: `^(\\.\\./)+${other}(/(?!(${allowed
            .filter((entry) => entry.startsWith(`${other}/`))
            .map((entry) => entry.slice(other.length + 1))
            .concat("\\0")
            .join("|")})$)|$)`,
        message: `${folder}/ must not import from ${other}/`,
    }));
    return {
        files: [`${folder}/**/*.ts`],
        rules: {
            "no-restricted-imports": [
                "error",
                { patterns: patterns.filter((_, i) => !allowed.includes(forbidden[i])) },
            ],
        },
    };
}

export default tseslint.config(
    { ignores: ["node_modules/", "reports/", "**/*.js", "**/*.mjs"] },
    ...tseslint.configs.recommendedTypeChecked,
    {
        languageOptions: { parserOptions: { project: "./tsconfig.json" } },
        rules: {
            "@typescript-eslint/no-floating-promises": "error",
            "@typescript-eslint/switch-exhaustiveness-check": [
                "error",
                { considerDefaultExhaustiveForUnions: true },
            ],
            "@typescript-eslint/no-explicit-any": "error",
            "@typescript-eslint/consistent-type-imports": "off",
            "@typescript-eslint/require-await": "off",
            "@typescript-eslint/restrict-template-expressions": "off",
            "@typescript-eslint/no-this-alias": "off",
            eqeqeq: "error",
        },
    },
    ...Object.entries(layers).map(([folder, allowed]) => importRule(folder, allowed)),
    // The sandbox is wired in one place.
    { files: ["automation/index.ts"], rules: { "no-restricted-imports": "off" } },
    {
        files: ["test/**/*.ts"],
        rules: {
            "@typescript-eslint/no-unused-expressions": "off",
            "@typescript-eslint/no-unsafe-assignment": "off",
            "@typescript-eslint/no-unsafe-member-access": "off",
            "@typescript-eslint/no-unsafe-argument": "off",
            "@typescript-eslint/no-unsafe-call": "off",
            "@typescript-eslint/no-unsafe-return": "off",
        },
    },
);
