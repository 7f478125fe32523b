import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const money = [
  {
    selector: 'CallExpression[callee.object.name="Math"][callee.property.name=/^(round|floor|ceil|trunc)$/]',
    message: 'Rounding lives in src/domain/money.ts, with its mode in the name.',
  },
  {
    selector: 'CallExpression[callee.name="parseFloat"]',
    message: 'Money is integer; parse it in src/domain/money.ts.',
  },
  { selector: 'TSEnumDeclaration', message: 'Use a union of strings.' },
];
const clockless = [
  { selector: 'NewExpression[callee.name="Date"]', message: 'The domain has no clock; take the time as an argument.' },
  {
    selector: 'MemberExpression[object.name="Date"]',
    message: 'The domain has no clock; take the time as an argument.',
  },
];
const environmentless = [
  {
    selector: 'MemberExpression[object.name="process"][property.name="env"]',
    message: 'Only src/config.ts reads the environment.',
  },
];

const unscoped = [
  {
    selector:
      'CallExpression[callee.property.name=/^(findOne|findOneOrFail|findAll|findAndCount|nativeUpdate|nativeDelete|qb|createQueryBuilder)$/]',
    message: 'The API reads through scopedTo(principal), so that a foreign id is not found (decisions D54).',
  },
  {
    selector: 'CallExpression[callee.object.name="em"][callee.property.name="find"]',
    message: 'The API reads through scopedTo(principal), so that a foreign id is not found (decisions D54).',
  },
];

export default tseslint.config(
  { ignores: ['node_modules/', '.tillflow/', 'coverage/', 'test/histories/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['src/**/*.ts', 'workers/**/*.ts', 'simulator/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 300, skipBlankLines: false, skipComments: false }],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 3],
      complexity: ['error', 8],
    },
  },
  { files: ['src/**/*.ts'], rules: { 'no-restricted-syntax': ['error', ...money, ...environmentless] } },
  {
    files: ['src/api/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...money, ...environmentless, ...unscoped] },
  },
  { files: ['src/domain/**/*.ts'], rules: { 'no-restricted-syntax': ['error', ...money, ...clockless] } },
  { files: ['src/domain/money.ts', 'src/config.ts'], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: { 'max-lines': ['error', { max: 400 }], '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        fetch: 'readonly',
        AbortSignal: 'readonly',
        Buffer: 'readonly',
        module: 'writable',
        require: 'readonly',
        __dirname: 'readonly',
        performance: 'readonly',
      },
    },
  },
);
