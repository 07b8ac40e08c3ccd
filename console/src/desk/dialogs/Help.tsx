/** The keys, made from the same table that the keyboard obeys. */
import { Modal, Table, Text } from '@mantine/core';
import { useTexts } from '../../i18n/texts';
import { BINDINGS } from '../../keys/table';

export function Help({ close }: { close: () => void }) {
  const { t } = useTexts();
  return (
    <Modal
      opened
      onClose={close}
      title={t('help.title')}
      size="md"
      transitionProps={{ duration: 0 }}
      closeButtonProps={{ 'aria-label': t('dialog.close') }}
    >
      <Table data-testid="help">
        <Table.Tbody>
          {BINDINGS.map((binding) => (
            <Table.Tr key={binding.command}>
              <Table.Td>
                <kbd>{binding.shown}</kbd>
              </Table.Td>
              <Table.Td>{t(binding.label)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text mt="md">{t('help.note')}</Text>
    </Modal>
  );
}
