import type { Guard } from './guard.ts'

const access = 'metrics/access.test.ts'
const counted = 'metrics/counted.test.ts'

/** Who reads metrics, and what never stands in them. */
export const metricsGuards: readonly Guard[] = [
  {
    item: 'metrics are read by callers who may monitor',
    file: 'src/metrics/readMetrics.ts',
    without: ['await authorize(caller, action)', 'void [authorize, caller, action]'],
    test: access,
    title: 'are denied to who may not monitor',
  },
  {
    item: 'whoever may not read metrics is recorded',
    file: 'src/useCases.ts',
    without: ['audit.useCases(useCases)', 'useCases'],
    test: access,
    title: 'are denied in the audit log too',
  },
  {
    item: 'metrics on a port of their own are not at the gateway’s too',
    file: 'src/app.ts',
    without: ['...(settings.metrics.port === null && {', '...({'],
    test: access,
    title: 'are not at the gateway’s too',
  },
  {
    item: 'nothing else is on the port of metrics',
    file: 'src/http/metricsServer.ts',
    without: ["if (url.split('?')[0] !== '/metrics') return empty(404)", ''],
    test: access,
    title: 'are all that is there',
  },
  {
    item: 'metrics beyond this machine: not in the clear',
    file: 'src/config.ts',
    without: ['if (problem !== null) problems.push(problem)', ''],
    test: access,
    title: 'beyond this machine are refused in the clear',
  },
  {
    item: 'metrics by TLS where the gateway has it',
    file: 'src/metricsHost.ts',
    without: ['limits: limitsOf(http), tls }', 'limits: limitsOf(http), tls: null }'],
    test: access,
    title: 'have them served by TLS where the gateway is',
  },
  {
    item: 'labels: realms as they are configured',
    file: 'src/metrics/realmLabels.ts',
    without: ['via === null ? subject.realm', 'via !== undefined ? subject.realm'],
    test: counted,
    title: 'is of the configuration or of a closed list',
  },
  {
    item: 'labels: routes of the table',
    file: 'src/elasticsearch/shim.ts',
    without: [
      "match.kind === 'row' ? match.pattern : unknownRoute",
      "'pattern' in match ? match.pattern : path",
    ],
    test: counted,
    title: 'that leads nowhere, by any method or address, has one place',
  },
  {
    item: 'labels: methods that are known',
    file: 'src/metrics/requests.ts',
    without: ["methods.includes(method) ? method : '_OTHER'", 'method'],
    test: counted,
    title: 'that leads nowhere, by any method or address, has one place',
  },
  {
    item: 'spans: no message of a failure',
    file: 'src/metrics/spans.ts',
    without: [
      "span.setAttribute('error.type', failureOf(thrown).code)",
      'span.recordException(failureOf(thrown))',
    ],
    test: 'metrics/spans.test.ts',
    title: 'an activation is traced in its stages where an SDK is preloaded',
  },
]
