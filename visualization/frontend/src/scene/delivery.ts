/** What the page sent and the weights that go with it: the latest data counts, however late its weights come. */
import { ContractError } from "../checks";
import type { SceneData } from "../contract";
import type { Tensors } from "../safetensors";
import { weights } from "./weights";

export interface DeliveryEvents {
  /** Data and its weights are both here. */
  readonly complete: (data: SceneData, tensors: Tensors) => void;
  /** A wait or a failure, in words. */
  readonly told: (words: string) => void;
}

export class Delivery {
  /** The latest that came; null before, and once nothing is wanted any more. */
  data: SceneData | null = null;

  /** `drawn`: what is on the screen, which stays there where weights fail to load. */
  constructor(
    private readonly drawn: () => SceneData | null,
    private readonly events: DeliveryEvents,
  ) {}

  /** Have the weights of `data` here, within this call if they are known already. */
  async take(data: SceneData): Promise<void> {
    this.data = data;
    const ready = weights.ready(data.weights_url);
    if (ready) {
      weights.cancel();
      this.events.complete(data, ready);
    } else if (weights.loading !== data.weights_url) await this.load(data);
  }

  /** What `act` gives; null where the network is not what it should be, which is told after `failure`. */
  attempt<Result>(failure: string, act: () => Result): Result | null {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      this.events.told(`${failure} ${error.message}`);
      return null;
    }
  }

  dispose(): void {
    weights.cancel();
    this.data = null;
  }

  private async load(data: SceneData): Promise<void> {
    const drawn = this.drawn();
    if (!drawn) this.events.told("Loading the network’s weights …");
    try {
      const tensors = await weights.load(data.weights_url);
      const { data: latest } = this;
      if (!latest) return; // gone meanwhile
      // The picture may have changed meanwhile: what is shown is always the latest data.
      if (tensors) this.events.complete(latest, tensors);
      // Another view of the page, which goes as this comes, may have called the download off.
      else if (latest.weights_url === data.weights_url && !weights.loading) await this.load(latest);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const rest = drawn ? ` Step ${drawn.step.toLocaleString("en")} is still on the screen.` : "";
      this.events.told(
        `The weights of step ${data.step.toLocaleString("en")} did not load: ${reason}.${rest}`,
      );
    }
  }
}
