/** Where in a value something is: the name that a person would write. */

interface Place {
  readonly value: unknown;
  readonly field: string;
}

const NAME = /^[A-Za-z_$][\w$]*$/;

/** The shortest way from a value to one of its parts: `pending[2].callback`, `byName["a b"]`; empty for the value itself. */
export function fieldOf(root: unknown, part: unknown): string {
  const seen = new Set<unknown>([root]);
  const places: Place[] = [{ value: root, field: '' }];
  // Grows while it is walked through: near parts before far ones, and no recursion that a long list could exhaust.
  for (const { value, field } of places) {
    if (value === part) return field;
    for (const inner of partsOf(value, field)) {
      if ((typeof inner.value !== 'object' && typeof inner.value !== 'function') || seen.has(inner.value)) continue;
      seen.add(inner.value);
      places.push(inner);
    }
  }
  return '';
}

function partsOf(value: unknown, field: string): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.map((inner, index) => ({ value: inner, field: `${field}[${index}]` }));
  if (value instanceof Set) return [...value].map((inner, index) => ({ value: inner, field: `${field}[${index}]` }));
  if (value instanceof Map) {
    return [...value].flatMap(([key, inner], index) => {
      const isName = typeof key === 'string' || typeof key === 'number';
      const place = `${field}[${isName ? JSON.stringify(key) : index}]`;
      return [
        { value: key, field: `${place}.key` },
        { value: inner, field: place },
      ];
    });
  }
  return Object.entries(value).map(([name, inner]) => ({ value: inner, field: within(field, name) }));
}

function within(field: string, name: string): string {
  if (!NAME.test(name)) return `${field}[${JSON.stringify(name)}]`;
  return field === '' ? name : `${field}.${name}`;
}
