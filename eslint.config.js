import eslint from '@eslint/js'
import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

const inBrowsers = [
  ...[
    'AbortSignal',
    'TextDecoder',
    'TextEncoder',
    'URL',
    'URLSearchParams',
    'atob',
    'btoa',
    'console',
    'crypto',
  ],
  ...['document', 'fetch', 'history', 'location', 'sessionStorage'],
]

export default defineConfig(
  { ignores: ['prisma/generated/', 'coverage/', 'dist/'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreVoidReturningFunctions: true, ignoreArrowShorthand: true },
      ],
      '@typescript-eslint/consistent-type-definitions': 'off',
      // It overflows the stack on types that contain themselves, such as those of graphql-js.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    },
  },
  {
    // What runs in a browser.
    files: ['examples/**/*.js'],
    languageOptions: {
      globals: Object.fromEntries(inBrowsers.map((name) => [name, 'readonly'])),
    },
  },
)
