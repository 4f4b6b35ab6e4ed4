import java.sql.*;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Properties;
import java.util.UUID;

/** Many statements of all sorts by the JDBC driver: Workload.java ROUNDS; the PG* variables say where. */
public class Workload {
    public static void main(String[] args) throws Exception {
        Properties login = new Properties();
        login.put("user", System.getenv("PGUSER"));
        login.put("sslmode", "disable");
        String url = "jdbc:postgresql://127.0.0.1:" + System.getenv("PGPORT") + "/" + System.getenv("PGDATABASE");
        try (Connection connection = DriverManager.getConnection(url, login)) {
            for (int i = 0; i < Integer.parseInt(args[0]); i++) {
                round(connection, i);
            }
        }
    }

    static void round(Connection connection, int i) throws Exception {
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into workload (n, t, b, ts, num, f, flag, u) values (?, ?, ?, ?, ?, ?, ?, ?) returning id")) {
            insert.setInt(1, i - 50);
            insert.setString(2, "it's \"row\" " + i + " \\ Zoë 🐘\n");
            insert.setBytes(3, new byte[] {(byte) i, 0, (byte) 0xff});
            insert.setObject(4, OffsetDateTime.of(2024, 2, 29, 12, 34, 56, i * 1000, ZoneOffset.UTC));
            insert.setBigDecimal(5, new java.math.BigDecimal("-12.50").multiply(new java.math.BigDecimal(i)));
            insert.setDouble(6, i / 7.0);
            insert.setBoolean(7, i % 2 == 0);
            insert.setObject(8, new UUID(i, -i));
            insert.executeQuery().next();
        }
        try (PreparedStatement select = connection.prepareStatement("select n, t, b, ts from workload where n = ? or t = ? order by id")) {
            select.setInt(1, i % 60 - 50);
            select.setNull(2, Types.VARCHAR);
            select.executeQuery().next();
        }
        try (PreparedStatement divide = connection.prepareStatement("select ?::int / ?::int")) {
            divide.setInt(1, i);
            divide.setInt(2, 0);
            divide.executeQuery();
        } catch (SQLException divisionByZero) {
        }
        try (Statement several = connection.createStatement()) {
            several.execute("select " + i + "; update workload set flag = not flag where n = " + (i - 50) + "; select 'x;y' as \"a;b\"");
        }
        connection.setAutoCommit(false);
        try (Statement select = connection.createStatement()) {
            select.setFetchSize(7);
            ResultSet rows = select.executeQuery("select g, 'row ' || g from generate_series(1, " + i % 20 + ") g");
            while (rows.next()) {
            }
        }
        if (i % 2 == 0) {
            connection.commit();
        } else {
            connection.rollback();
        }
        connection.setAutoCommit(true);
        try (PreparedStatement batch = connection.prepareStatement("update workload set f = ? where id = ?")) {
            for (int k = 0; k < 5; k++) {
                batch.setDouble(1, k * 1e10);
                batch.setInt(2, k);
                batch.addBatch();
            }
            batch.executeBatch();
        }
        try (PreparedStatement batch = connection.prepareStatement("select 1 / ?::int")) {
            for (int k = -1; k < 3; k++) {
                batch.setInt(1, k);
                batch.addBatch();
            }
            batch.executeBatch();
        } catch (SQLException inTheMiddle) {
        }
    }
}
