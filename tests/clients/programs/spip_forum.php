<?php
/**
 * Stands in for SPIP, which no registry has: gives what SPIP's forum gives to the pipelines of a plug-in, one call after the other.
 *
 * CALLS holds them as JSON: pipeline, flux, and who is logged in; the last line printed is JSON, too: the data of each, and the log.
 */

define('_ECRIRE_INC_VERSION', '1');
define('_MODERATION_URL', getenv('SERVER'));
define('_MODERATION_CLE', getenv('KEY'));
$log = array();

function include_spip($file) {
}
function autoriser($action) {
	return $action === 'modererforum' && $GLOBALS['visiteur_session']['statut'] === '0minirezo';
}
function spip_log($message, $file) {
	$GLOBALS['log'][] = "$file: $message";
}
function sql_fetsel($fields, $table, $where) {
	return $where === 'id_forum=7' ? array('texte' => getenv('TEXT'), 'auteur' => 'Awa', 'id_parent' => '3') : null;
}

require $argv[1];
$found = array();
foreach (json_decode(getenv('CALLS'), true) as $call) {
	$GLOBALS['visiteur_session'] = $call['visitor'] ? array('id_auteur' => 1, 'statut' => $call['visitor']) : array();
	$flux = call_user_func('moderation_' . $call['pipeline'], array('args' => $call['args'], 'data' => $call['data']));
	$found[] = $flux['data'];
}
echo json_encode(array('data' => $found, 'log' => $log)), "\n";
