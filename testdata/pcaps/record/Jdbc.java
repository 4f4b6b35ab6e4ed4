import java.io.StringReader;
import java.sql.*;
import java.util.Properties;
import org.postgresql.PGConnection;

/** Conversations with the JDBC driver, which speaks the protocol itself: Jdbc.java NAME; the PG* variables say where. */
public class Jdbc {
    public static void main(String[] args) throws Exception {
        String host = System.getenv("PGHOST");
        Properties login = new Properties();
        login.put("user", System.getenv("PGUSER"));
        login.put("password", System.getenv("PGPASSWORD"));
        login.put("sslmode", System.getenv("PGSSLMODE"));
        String url = "jdbc:postgresql://" + (host.contains(":") ? "[" + host + "]" : host) + "/" + System.getenv("PGDATABASE");
        try (Connection connection = DriverManager.getConnection(url, login)) {
            Jdbc.class.getDeclaredMethod(args[0], Connection.class).invoke(null, connection);
        }
    }

    static void client(Connection connection) throws Exception {
        try (PreparedStatement select = connection.prepareStatement("select ?::int, ?::text, ?::text, ?::timestamptz, ?::bytea")) {
            select.setInt(1, 42);
            select.setString(2, "Zoë 🐘");
            select.setNull(3, Types.VARCHAR);
            select.setObject(4, java.time.OffsetDateTime.parse("2024-02-29T12:34:56.789Z"));
            select.setBytes(5, new byte[] {(byte) 0xde, (byte) 0xad, (byte) 0xbe, (byte) 0xef, 0});
            select.executeQuery().next();
        }
        try (PreparedStatement insert = connection.prepareStatement("insert into items (name, price) values (?, ?) returning id")) {
            insert.setString(1, "JDBC");
            insert.setBigDecimal(2, new java.math.BigDecimal("4.20"));
            insert.executeQuery().next();
        }
        try (PreparedStatement divide = connection.prepareStatement("select ?::int / ?::int")) {
            divide.setInt(1, 1);
            divide.setInt(2, 0);
            divide.executeQuery();
        } catch (SQLException divisionByZero) {
        }
        connection.setAutoCommit(false);
        try (PreparedStatement update = connection.prepareStatement("update items set price = price + 1 where name = ?")) {
            update.setString(1, "apple");
            update.executeUpdate();
        }
        connection.rollback();
    }

    /** Seven rows, three at a time: Execute with a row limit, PortalSuspended, Execute again. */
    static void fetch(Connection connection) throws Exception {
        connection.setAutoCommit(false);
        try (Statement select = connection.createStatement()) {
            select.setFetchSize(3);
            ResultSet rows = select.executeQuery("select i, 'row ' || i as name from generate_series(1, 7) as i");
            while (rows.next()) {
            }
        }
        connection.commit();
    }

    /** Many Parse, Bind and Execute messages before one Sync; from the fifth execution on, a named statement. */
    static void batch(Connection connection) throws Exception {
        try (PreparedStatement insert = connection.prepareStatement("insert into items (name, price) values (?, ?)")) {
            for (int i = 1; i <= 7; i++) {
                insert.setString(1, "batch " + i);
                insert.setInt(2, i);
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    static void copy(Connection connection) throws Exception {
        connection.unwrap(PGConnection.class).getCopyAPI()
            .copyIn("copy items (name, price) from stdin csv", new StringReader("fig,1.50\n\"dates, dried\",2.75\n"));
    }
}
