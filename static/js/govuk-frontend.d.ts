/** What we use of govuk-frontend, which brings no types. */
declare module "govuk-frontend" {
  class Component {
    constructor(root: Element | null);
  }
  export class Button extends Component {}
  export class Checkboxes extends Component {}
  export class ErrorSummary extends Component {}
  export class NotificationBanner extends Component {}
  export class SkipLink extends Component {}
  export class Radios extends Component {
    /** Not documented: look whether it is still there when the package is updated. */
    syncConditionalRevealWithInputState(input: HTMLInputElement): void;
  }
  export function createAll(component: typeof Component): Component[];
}
