import { z } from 'zod';

/** The name of an environment variable or a file, without commas; a secret itself never enters through the API. */
export const secretRef = z
  .string()
  .max(255)
  .regex(
    /^(file:\/[\x21-\x2b\x2d-\x7e]+|[A-Z][A-Z0-9_]*)$/,
    'must name an environment variable, or a file as file:/path',
  )
  .meta({ description: 'Where the secret is found, never the secret', examples: ['STRIPE_API_KEY'] });
