/**
 * Tests run as CommonJS through SWC, the ORM's ESM packages included ("transform mode", measured fastest and
 * flag-free); production runs the same sources as ESM, which the end-to-end suite proves with real processes.
 */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: {
    '^.+\\.(t|j|mj)s$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  transformIgnorePatterns: ['/node_modules/(?!(@mikro-orm|kysely|jose)/)'],
  modulePathIgnorePatterns: ['<rootDir>/.tillflow/'],
  globalSetup: '<rootDir>/test/support/global-setup.cjs',
  testTimeout: 30_000,
  workerIdleMemoryLimit: '1500MB',
};
