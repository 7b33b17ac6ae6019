import { describeSettings, type SettingGroup } from './describe-settings.ts';

/** The text of `.env.example`: every setting, switched off, with what it does. */
export function envExample(groups: readonly SettingGroup[]): string {
  const head = [
    '# Every setting of the server, made by `npm run config -- example`. None is needed to begin.',
    '# Copy this file to .env, take out the # before what you set, and check it: npm run config -- check',
    '# Settings of the environment win over those of the file.',
  ];
  const sections = groups.flatMap((group) => [
    '',
    `## ${group.title}`,
    ...describeSettings(group).flatMap(({ name, description, example, defaultText, isSecret }) => [
      '',
      `# ${description}${defaultText === undefined ? '' : ` Default: ${defaultText}.`}${isSecret ? ' Secret.' : ''}`,
      `#${name}=${example ?? defaultText ?? ''}`,
    ]),
  ]);
  return `${[...head, ...sections].join('\n')}\n`;
}
