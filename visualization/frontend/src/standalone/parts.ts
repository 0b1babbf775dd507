/** What a file that opens from disk carries beside its script: elements that Python has written, by their ids. */
import { ContractError } from "../checks";

/** The JSON in the element of this id. Throws ContractError where there is none. */
export function jsonIn(id: string): unknown {
  try {
    return JSON.parse(textIn(id));
  } catch (error) {
    if (error instanceof ContractError) throw error;
    throw new ContractError(`part ${id} of this file`, "JSON", "something else");
  }
}

/** The bytes in the element of this id, there as base64. */
export function bytesIn(id: string): ArrayBuffer {
  try {
    return Uint8Array.from(atob(textIn(id)), (character) => character.charCodeAt(0)).buffer;
  } catch (error) {
    if (error instanceof ContractError) throw error;
    throw new ContractError(`part ${id} of this file`, "base64", "something else");
  }
}

function textIn(id: string): string {
  const text = document.getElementById(id)?.textContent;
  if (!text) throw new ContractError(`part ${id} of this file`, "text", text);
  return text;
}

/** Draw, and where that fails say why in `place`: the file may be cut short, or have been edited. */
export async function draw(place: HTMLElement, drawing: () => Promise<void>): Promise<void> {
  try {
    await drawing();
  } catch (error) {
    const words = document.createElement("p");
    words.setAttribute("role", "alert");
    words.textContent =
      "This file cannot be shown. " +
      `${error instanceof Error ? error.message : String(error)} Save it anew from Strata.`;
    place.replaceChildren(words);
  }
}
