/** What Streamlit's components (v2) hand to a bundle's default export. */
export interface ComponentArgument {
  readonly data: unknown;
  readonly parentElement: ShadowRoot | HTMLElement;
  readonly setStateValue: (name: string, value: unknown) => void;
  readonly setTriggerValue: (name: string, value: unknown) => void;
  readonly key: string;
  readonly name: string;
}

/** Called once when the component leaves the page. */
export type Cleanup = () => void;
